import type { DataChannelEnd } from "#kernel/data-channel.ts";
import { seededRandom } from "#kernel/random.ts";
import {
  actionStatuses,
  jsonPayload,
  payloadTypes,
  readExitCode,
  readJson,
  type SessionWishes,
} from "#wire/data-channel/contents.ts";
import { type DataChannelMessage, decodeMessage, messageFlags, messageTypes } from "#wire/data-channel/message.ts";
import { DataStream } from "#wire/data-channel/stream.ts";
import type { World } from "./world.ts";

export interface ExecClientOptions {
  /** What it answers to the handshake; null: as the AWS plugin does. `silent`: nothing. */
  readonly wishes?: SessionWishes | null | "silent";
  /** How bad the way is: each in [0, 1). */
  readonly faults?: { readonly lose: number; readonly double: number; readonly longestDelayMs: number };
}

/** The client's end of an exec session, in the place of a web socket. */
export class ExecClient {
  readonly stream: DataStream;
  output = "";
  errors = "";
  exitCode: number | undefined;
  sessionType: unknown;
  completed = false;
  /** Why the agent has closed the channel. */
  closed: string | undefined;
  /** How often the agent has opened it. */
  opened = 0;
  readonly #world: World;
  readonly #options: ExecClientOptions;
  readonly #random = seededRandom(3);
  #agent: DataChannelEnd | undefined;

  constructor(world: World, sessionId: string, options: ExecClientOptions = {}) {
    this.#world = world;
    this.#options = options;
    this.stream = new DataStream({
      ...{ clock: world.clock, random: this.#random, sends: messageTypes.input },
      transmit: (bytes) => this.#carry(bytes, (copy) => this.#agent?.message(copy)),
    });
    world.controlPlane.clients.set(sessionId, (end) => {
      this.opened++;
      this.#agent = end;
      return {
        send: (bytes) => this.#carry(bytes, (copy) => this.stream.receive(decodeMessage(copy)!)),
        close: (reason) => {
          this.closed = reason;
          this.stream.close();
        },
      };
    });
    void this.#listen();
  }

  type(text: string, flags = 0): void {
    this.stream.send(payloadTypes.output, Buffer.from(text), flags);
  }

  endInput(): void {
    this.stream.send(payloadTypes.output, new Uint8Array(), messageFlags.fin);
  }

  resize(cols: number, rows: number): void {
    this.stream.send(payloadTypes.size, jsonPayload({ cols, rows }));
  }

  /** Bytes that are no message of the stream. */
  sendRaw(bytes: Uint8Array): void {
    this.#agent?.message(bytes);
  }

  /** The client goes away. */
  leave(): void {
    this.stream.close();
    this.#agent?.closed("The client has left.");
  }

  #carry(bytes: Uint8Array, deliver: (copy: Uint8Array) => void): void {
    const { lose, double, longestDelayMs } = this.#options.faults ?? { lose: 0, double: 0, longestDelayMs: 0 };
    if (this.#random.float() < lose) return;
    const copies = this.#random.float() < double ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      this.#world.clock.after(this.#random.float() * longestDelayMs, () => deliver(Uint8Array.from(bytes)));
    }
  }

  async #listen(): Promise<void> {
    for (let message = await this.stream.read(); message !== undefined; message = await this.stream.read()) {
      this.#take(message);
    }
  }

  #take({ payloadType, payload }: DataChannelMessage): void {
    if (payloadType === payloadTypes.output) this.output += Buffer.from(payload).toString();
    else if (payloadType === payloadTypes.stderr) this.errors += Buffer.from(payload).toString();
    else if (payloadType === payloadTypes.exitCode) this.exitCode = readExitCode(payload);
    else if (payloadType === payloadTypes.handshakeComplete) this.completed = true;
    else if (payloadType === payloadTypes.handshakeRequest) this.#answer(payload);
  }

  #answer(payload: Uint8Array): void {
    const { wishes = null } = this.#options;
    this.sessionType = readJson(payload)?.RequestedClientActions;
    if (wishes === "silent") return;
    const action = {
      ActionType: "SessionType",
      ActionStatus: actionStatuses.success,
      ActionResult: wishes,
      Error: "",
    };
    const response = { ClientVersion: "test", ProcessedClientActions: [action], Errors: null };
    this.stream.send(payloadTypes.handshakeResponse, jsonPayload(response));
  }
}
