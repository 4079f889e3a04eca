import { WebSocket } from "ws";
import { type Clock, systemClock } from "#kernel/clock.ts";
import { type Random, systemRandom, uuid } from "#kernel/random.ts";
import {
  actionStatuses,
  type HandshakeResponse,
  jsonPayload,
  type OpenDataChannelInput,
  payloadTypes,
  readExitCode,
  readJson,
  type SessionWishes,
  type TerminalSize,
} from "#wire/data-channel/contents.ts";
import { type DataChannelMessage, decodeMessage, messageFlags, messageTypes } from "#wire/data-channel/message.ts";
import { payloadBytes } from "#wire/data-channel/outgoing.ts";
import { DataStream } from "#wire/data-channel/stream.ts";
import { CommandError, exitCodes } from "../command.ts";
import { type Streams, writeTo } from "./streams.ts";

export interface ExecOptions {
  /** What ExecuteCommand gave. */
  readonly streamUrl: string;
  readonly tokenValue: string;
  readonly streams: Streams;
  /** The command has a terminal, and this is it. */
  readonly terminal: boolean;
  /** Standard input is passed on. */
  readonly passInput: boolean;
  /** Ends the session, and the command with it. */
  readonly signal: AbortSignal;
}

/** Without a sign of life for so long after it was asked for, the platform is gone. */
const pingMs = 30_000;

/** Runs a session to its end. Resolves with the exit code of the command; rejects when there is none, and says why. */
export async function runExecSession(options: ExecOptions): Promise<number> {
  const session = new ClientSession(options, systemClock({ keepAlive: true }), systemRandom());
  return await session.run();
}

/** The client's end of a session: the counterpart of the agent's. */
class ClientSession {
  readonly #options: ExecOptions;
  readonly #clock: Clock;
  readonly #socket: WebSocket;
  readonly #stream: DataStream;
  readonly #clientId: string;
  readonly #closed = Promise.withResolvers<void>();
  /** Why the platform has ended the session; empty: as it should. */
  #reason: string | undefined;
  #lost: string | undefined;
  #exitCode: number | undefined;

  constructor(options: ExecOptions, clock: Clock, random: Random) {
    this.#options = options;
    this.#clock = clock;
    this.#clientId = uuid(random);
    this.#socket = new WebSocket(options.streamUrl, { perMessageDeflate: false });
    this.#stream = new DataStream({
      ...{ clock, random, sends: messageTypes.input },
      transmit: (bytes) => {
        if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(bytes);
      },
    });
  }

  async run(): Promise<number> {
    const { signal, streams, terminal } = this.#options;
    const aborted = Promise.withResolvers<void>();
    const leave = () => {
      this.#socket.terminate();
      aborted.resolve();
    };
    signal.addEventListener("abort", leave, { once: true });
    this.#listen();
    if (signal.aborted) leave();
    try {
      // Whoever gives up waits for nobody who does not take the output.
      await Promise.race([this.#readAll().then(() => this.#closed.promise), aborted.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
      this.#stream.close();
      if (terminal) streams.input.setRawMode?.(false);
      streams.input.pause();
      streams.input.unref?.();
    }
    return this.#outcome();
  }

  #outcome(): number {
    if (this.#options.signal.aborted) return exitCodes.interrupted;
    if (this.#reason === undefined) {
      const why = this.#lost === undefined || this.#lost === "" ? "" : ` (${this.#lost})`;
      throw new CommandError(`The connection to the platform was lost${why}.`, exitCodes.unavailable);
    }
    if (this.#exitCode !== undefined) return this.#exitCode;
    throw new CommandError(this.#reason.trim() || "The session was ended.");
  }

  #listen(): void {
    const socket = this.#socket;
    const { tokenValue } = this.#options;
    socket.on("open", () => {
      const first: OpenDataChannelInput = {
        ...{ MessageSchemaVersion: "1.0", RequestId: this.#clientId, TokenValue: tokenValue },
        ...{ ClientId: this.#clientId, ClientVersion: "estiva" },
      };
      socket.send(JSON.stringify(first));
      this.#watchLife();
    });
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      const message = isBinary ? decodeMessage(data) : undefined;
      if (message?.messageType === messageTypes.channelClosed) this.#end(message);
      else if (message !== undefined) this.#stream.receive(message);
    });
    socket.on("error", (error) => {
      this.#lost = error.message;
    });
    socket.on("close", (_code, reason) => {
      this.#lost ??= reason.toString();
      this.#stream.finish();
      this.#closed.resolve();
    });
  }

  /** All that the command wrote has come by now, and is read first. */
  #end({ payload }: DataChannelMessage): void {
    this.#reason = String(readJson(payload)?.Output ?? "");
    this.#stream.finish();
  }

  #watchLife(): void {
    let alive = true;
    for (const event of ["pong", "ping", "message"]) {
      this.#socket.on(event, () => {
        alive = true;
      });
    }
    const look = () => {
      if (!alive) return this.#socket.terminate();
      alive = false;
      this.#socket.ping();
      timer = this.#clock.after(pingMs, look);
    };
    let timer = this.#clock.after(pingMs, look);
    this.#socket.once("close", () => timer.cancel());
  }

  async #readAll(): Promise<void> {
    const { output, errors } = this.#options.streams;
    for (let message = await this.#stream.read(); message !== undefined; message = await this.#stream.read()) {
      const { payloadType, payload } = message;
      if (payloadType === payloadTypes.output) await writeTo(output, payload);
      else if (payloadType === payloadTypes.stderr) await writeTo(errors, payload);
      else if (payloadType === payloadTypes.exitCode) this.#exitCode = readExitCode(payload);
      else if (payloadType === payloadTypes.handshakeRequest) this.#shakeHands();
      else if (payloadType === payloadTypes.handshakeComplete) this.#begin();
    }
  }

  #shakeHands(): void {
    const wishes: SessionWishes = { Terminal: this.#options.terminal ? this.#size() : null, ExitCode: true };
    const action = { ActionType: "SessionType", ActionStatus: actionStatuses.success, ActionResult: wishes, Error: "" };
    const response: HandshakeResponse = { ClientVersion: "estiva", ProcessedClientActions: [action], Errors: null };
    this.#stream.send(payloadTypes.handshakeResponse, jsonPayload(response));
  }

  #begin(): void {
    const { terminal, passInput, streams } = this.#options;
    if (terminal) {
      streams.input.setRawMode?.(true);
      const onResize = () => this.#stream.send(payloadTypes.size, jsonPayload(this.#size()));
      streams.output.on("resize", onResize);
      void this.#closed.promise.then(() => streams.output.off("resize", onResize));
    }
    if (passInput) void this.#passInput().catch((error: Error) => this.#leave(error));
    else this.#endInput();
  }

  async #passInput(): Promise<void> {
    for await (const data of this.#options.streams.input as AsyncIterable<Buffer>) {
      for (let start = 0; start < data.length; start += payloadBytes) {
        if (!(await this.#stream.room())) return;
        this.#stream.send(payloadTypes.output, data.subarray(start, start + payloadBytes));
      }
    }
    // A terminal that has been closed leaves nobody to go on for.
    if (this.#options.terminal) this.#socket.terminate();
    else this.#endInput();
  }

  #endInput(): void {
    this.#stream.send(payloadTypes.output, new Uint8Array(), messageFlags.fin);
  }

  #leave(error: Error): void {
    this.#lost = `standard input cannot be read: ${error.message}`;
    this.#socket.terminate();
  }

  #size(): TerminalSize {
    const { columns: cols = 80, rows = 24 } = this.#options.streams.output;
    return { cols, rows };
  }
}
