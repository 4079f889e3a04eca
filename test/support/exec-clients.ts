import { PassThrough, Writable } from "node:stream";
import type { ExecuteCommandResponse } from "@aws-sdk/client-ecs";
import { WebSocket } from "ws";
import { runExecSession } from "#cli/exec/session.ts";
import { systemClock } from "#kernel/clock.ts";
import { systemRandom } from "#kernel/random.ts";
import { jsonPayload, payloadTypes, readJson } from "#wire/data-channel/contents.ts";
import { decodeMessage, messageTypes } from "#wire/data-channel/message.ts";
import { DataStream } from "#wire/data-channel/stream.ts";
import { until } from "./until.ts";

type Session = Pick<ExecuteCommandResponse, "session">;

/** A writer that keeps what it is given, with a size as terminals have one. */
class Screen extends Writable {
  readonly isTTY = true;
  columns = 91;
  rows = 17;
  text = "";

  override _write(data: Buffer, _encoding: string, done: () => void): void {
    this.text += data.toString();
    done();
  }
}

/** `estiva exec` on a terminal that the test types on. */
export class TypedTerminal {
  readonly screen = new Screen();
  readonly keyboard = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => this.#raw.push(raw),
  });
  readonly code: Promise<number>;
  readonly #raw: boolean[] = [];

  constructor({ session }: Session) {
    this.code = runExecSession({
      ...{ streamUrl: session!.streamUrl!, tokenValue: session!.tokenValue! },
      streams: { input: this.keyboard, output: this.screen, errors: this.screen },
      ...{ terminal: true, passInput: true, signal: new AbortController().signal },
    });
    this.code.catch(() => {}); // who asks for it is told
  }

  /** Whether it was set to raw mode, and back. */
  get modes(): readonly boolean[] {
    return this.#raw;
  }

  type(text: string): void {
    this.keyboard.write(text);
  }

  resize(columns: number, rows: number): void {
    Object.assign(this.screen, { columns, rows });
    this.screen.emit("resize");
  }

  /** Resolves once the screen shows it. */
  async shows(pattern: RegExp): Promise<void> {
    let ended = "";
    this.code.then(
      () => (ended = "the end"),
      (error: Error) => (ended = error.message),
    );
    const look = () => ({ text: this.screen.text, ended });
    const { text } = await until(`${pattern} on a screen`, look, (seen) => pattern.test(seen.text) || ended !== "");
    if (!pattern.test(text)) throw new Error(`${ended}, without ${pattern}:\n${text}`);
  }
}

/** As the session-manager-plugin of the AWS CLI behaves: it knows nothing of what Estiva adds to the protocol. */
export class PluginClient {
  output = "";
  readonly payloadTypes = new Set<number>();
  /** What it is told at the end. */
  readonly farewell: Promise<unknown>;
  /** Resolves when the handshake is complete: what is typed before is lost. */
  readonly ready: Promise<void>;
  readonly #stream: DataStream;
  readonly #complete = Promise.withResolvers<void>();

  constructor({ session }: Session) {
    const socket = new WebSocket(session!.streamUrl!);
    this.#stream = new DataStream({
      ...{ clock: systemClock({ keepAlive: true }), random: systemRandom(), sends: messageTypes.input },
      transmit: (bytes) => socket.send(bytes),
    });
    socket.on("open", () => socket.send(JSON.stringify({ TokenValue: session!.tokenValue, ClientVersion: "1.2.0.0" })));
    let told: unknown;
    socket.on("message", (data: Buffer) => {
      const message = decodeMessage(data)!;
      if (message.messageType !== messageTypes.channelClosed) return this.#stream.receive(message);
      told = readJson(message.payload)?.Output;
      this.#stream.finish();
    });
    socket.on("close", () => this.#stream.finish());
    this.ready = this.#complete.promise;
    // All that came before the end is read first.
    this.farewell = this.#read().then(() => {
      socket.terminate();
      this.#stream.close();
      return told;
    });
  }

  type(text: string): void {
    this.#stream.send(payloadTypes.output, Buffer.from(text));
  }

  async #read(): Promise<void> {
    for (let message = await this.#stream.read(); message !== undefined; message = await this.#stream.read()) {
      const { payloadType, payload } = message;
      this.payloadTypes.add(payloadType);
      if (payloadType === payloadTypes.output) this.output += Buffer.from(payload).toString();
      if (payloadType === payloadTypes.handshakeComplete) this.#complete.resolve();
      if (payloadType !== payloadTypes.handshakeRequest) continue;
      const action = { ActionType: "SessionType", ActionStatus: 1, ActionResult: null, Error: "" };
      const response = { ClientVersion: "1.2.0.0", ProcessedClientActions: [action], Errors: null };
      this.#stream.send(payloadTypes.handshakeResponse, jsonPayload(response));
    }
  }
}
