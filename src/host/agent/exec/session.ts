import type { ExecProcess, RuntimeDriver } from "#host/runtime/driver.ts";
import type { AgentEndpoint } from "#kernel/agent-protocol.ts";
import { type Clock, sleep, type Timer } from "#kernel/clock.ts";
import { splitWords } from "#kernel/command-words.ts";
import type { Log } from "#kernel/controller.ts";
import type { DataChannel, ExecMessage } from "#kernel/data-channel.ts";
import { DriverError } from "#kernel/fault.ts";
import type { Random } from "#kernel/random.ts";
import {
  exitCodePayload,
  type HandshakeComplete,
  type HandshakeRequest,
  jsonPayload,
  payloadTypes,
  readFlag,
  readHandshakeResponse,
  readJson,
  readTerminalSize,
  type SessionWishes,
  sessionFlags,
} from "#wire/data-channel/contents.ts";
import { type DataChannelMessage, decodeMessage, messageFlags, messageTypes } from "#wire/data-channel/message.ts";
import { payloadBytes } from "#wire/data-channel/outgoing.ts";
import { DataStream } from "#wire/data-channel/stream.ts";
import type { SessionLog, TaskLogs } from "../ports.ts";

export interface ExecSessionDeps {
  readonly endpoint: Pick<AgentEndpoint, "openDataChannel">;
  readonly driver: Pick<RuntimeDriver, "exec">;
  readonly logs: Pick<TaskLogs, "session">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Clients ask for features by it; this one is before all of them. */
const agentVersion = "1.0.0.0";
/** As long as Session Manager's agent waits. */
const handshakeMs = 15_000;
/** "The ECS Exec session has an idle timeout time of 20 minutes. This value can't be changed." */
const idleMs = 20 * 60_000;
/** How long the end of a session waits for its output to be stored. */
const storeMs = 10_000;

/**
 * One exec session on the agent's side, after the SSM agent: it opens the data channel, shakes hands, runs the command
 * and carries input and output until the command has ended or the session is.
 */
export class ExecSession {
  readonly message: ExecMessage;
  readonly runtimeId: string | undefined;
  readonly #deps: ExecSessionDeps;
  readonly #stream: DataStream;
  readonly #channel: DataChannel;
  #process: ExecProcess | undefined;
  #transcript: SessionLog | undefined;
  #idle: Timer | undefined;
  #lastActivity: number;
  /** Why it has ended; empty: as it should. */
  #ended: string | undefined;
  readonly #over = Promise.withResolvers<void>();

  /** Without `runtimeId` the container does not run, which the client is told. */
  constructor(message: ExecMessage, runtimeId: string | undefined, deps: ExecSessionDeps) {
    this.message = message;
    this.runtimeId = runtimeId;
    this.#deps = deps;
    this.#lastActivity = deps.clock.now();
    this.#stream = new DataStream({
      ...{ clock: deps.clock, random: deps.random, sends: messageTypes.output },
      transmit: (bytes) => this.#channel.send(bytes),
      onActivity: () => (this.#lastActivity = deps.clock.now()),
    });
    this.#channel = deps.endpoint.openDataChannel(message.sessionId, {
      message: (bytes) => {
        const received = decodeMessage(bytes);
        if (received !== undefined) this.#stream.receive(received);
        else deps.log.debug("A message of an exec session cannot be read", { sessionId: message.sessionId });
      },
      closed: (reason) => this.end(reason),
    });
  }

  /** Ends it; `run` then resolves soon. */
  end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#stream.close();
    this.#over.resolve();
  }

  /** Resolves when the session has ended and nothing of it is left. */
  async run(): Promise<void> {
    this.#watchIdleness();
    const conversation = this.#converse().catch((error) => this.#fail(error));
    await Promise.race([conversation, this.#over.promise]);
    this.end("");
    this.#idle?.cancel();
    this.#channel.close(this.#ended ?? "");
    await this.#process?.kill().catch((error: unknown) => this.#warn("Its command could not be ended", error));
    const stored = this.#transcript?.end();
    await conversation;
    const patience = new AbortController();
    await Promise.race([stored, sleep(this.#deps.clock, storeMs, patience.signal).catch(() => undefined)]);
    patience.abort();
  }

  async #converse(): Promise<void> {
    const { runtimeId } = this;
    const { command, log: destination, sessionId } = this.message;
    if (runtimeId === undefined) return this.end("The container is not running.");
    const words = splitWords(command);
    if (typeof words === "string") return this.end(startError(`Failed to parse commands input: ${words}`));
    const startedAt = this.#deps.clock.now();
    const wishes = await this.#shakeHands();
    if (wishes === undefined) return;
    if (destination !== undefined) this.#transcript = this.#deps.logs.session(sessionId, destination);
    // Without a command it is a shell, as with the SSM agent.
    const process = await this.#start(runtimeId, words.length > 0 ? words : ["sh"], wishes);
    if (process === undefined) return;
    // Nobody else knows of it if the session has ended meanwhile.
    if (this.#ended !== undefined) return process.kill();
    this.#process = process;
    const complete: HandshakeComplete = {
      HandshakeTimeToComplete: Math.round((this.#deps.clock.now() - startedAt) * 1_000_000),
      CustomerMessage: "",
    };
    this.#stream.send(payloadTypes.handshakeComplete, jsonPayload(complete));
    void this.#carryInput(process);
    await this.#carryOutput(process);
    const exitCode = await process.exited;
    if (wishes.ExitCode) this.#stream.send(payloadTypes.exitCode, exitCodePayload(exitCode));
    await this.#stream.drained();
  }

  async #shakeHands(): Promise<SessionWishes | undefined> {
    const request: HandshakeRequest = {
      AgentVersion: agentVersion,
      RequestedClientActions: [
        {
          ActionType: "SessionType",
          ActionParameters: { SessionType: "InteractiveCommands", Properties: {} },
        },
      ],
    };
    this.#stream.send(payloadTypes.handshakeRequest, jsonPayload(request));
    const late = this.#deps.clock.after(handshakeMs, () => {
      this.end("Handshake timed out. Please ensure that you have the latest version of the session manager plugin.");
    });
    try {
      for (;;) {
        const message = await this.#stream.read();
        if (message === undefined) return undefined;
        // What is typed before is passed over, as the SSM agent does.
        if (message.payloadType !== payloadTypes.handshakeResponse) continue;
        const wishes = readHandshakeResponse(message.payload);
        if (typeof wishes !== "string") return wishes;
        this.end(wishes);
        return undefined;
      }
    } finally {
      late.cancel();
    }
  }

  async #start(runtimeId: string, command: readonly string[], { Terminal }: SessionWishes) {
    try {
      return await this.#deps.driver.exec(runtimeId, {
        command,
        user: "0:0",
        tty: Terminal !== null,
        ...(Terminal !== null && { environment: ["TERM=xterm-256color"] }),
        ...(Terminal !== null && Terminal.cols > 0 && { size: { columns: Terminal.cols, rows: Terminal.rows } }),
      });
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      this.end(startError(error.message));
      return undefined;
    }
  }

  async #carryInput(process: ExecProcess): Promise<void> {
    for (let message = await this.#stream.read(); message !== undefined; message = await this.#stream.read()) {
      await this.#take(message, process).catch((error: unknown) => {
        // It has ended, which its output tells, or it has closed its input: then nobody reads what is typed.
        this.#deps.log.debug("Input of an exec session is lost", { sessionId: this.message.sessionId, error });
      });
    }
  }

  async #take({ payloadType, payload, flags }: DataChannelMessage, process: ExecProcess): Promise<void> {
    if (payloadType === payloadTypes.output && payload.length > 0) await process.write(payload);
    else if (payloadType === payloadTypes.size) {
      const size = readTerminalSize(readJson(payload));
      if (size !== undefined) await process.resize(size.cols, size.rows);
    } else if (payloadType === payloadTypes.flag && readFlag(payload) === sessionFlags.terminateSession) this.end("");
    if (flags & messageFlags.fin) process.closeInput();
  }

  async #carryOutput(process: ExecProcess): Promise<void> {
    for await (const { stream, data } of process.output) {
      await this.#transcript?.write(data);
      const payloadType = stream === "stderr" ? payloadTypes.stderr : payloadTypes.output;
      for (let start = 0; start < data.length; start += payloadBytes) {
        if (!(await this.#stream.room())) return;
        this.#stream.send(payloadType, data.subarray(start, start + payloadBytes));
      }
      if (this.#ended !== undefined) return;
    }
  }

  #fail(error: unknown): void {
    if (this.#ended !== undefined) return;
    const known = error instanceof DriverError;
    if (!known) this.#warn("It has failed", error);
    this.end(known ? error.message : "The session has failed.");
  }

  #warn(what: string, error: unknown): void {
    this.#deps.log.warn("An exec session is in trouble", { sessionId: this.message.sessionId, what, error });
  }

  #watchIdleness(): void {
    const { clock } = this.#deps;
    const left = this.#lastActivity + idleMs - clock.now();
    if (left <= 0) this.end("Your session timed out due to inactivity.");
    else this.#idle = clock.after(left, () => this.#watchIdleness());
  }
}

/** As the SSM agent words it. */
function startError(message: string): string {
  return `\n----------ERROR-------\nUnable to start command: ${message}`;
}
