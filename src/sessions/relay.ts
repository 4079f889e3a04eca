import type { WebSocket } from "ws";
import type { Clock, Timer } from "#kernel/clock.ts";
import type { DataChannel, DataChannelEnd } from "#kernel/data-channel.ts";
import { type Random, uuid } from "#kernel/random.ts";
import { type ChannelClosed, jsonPayload } from "#wire/data-channel/contents.ts";
import { encodeMessage, messageTypes } from "#wire/data-channel/message.ts";
import type { SessionClaims } from "./token.ts";

export interface RelayDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly onEnd: (relay: Relay) => void;
}

/** How long the agent may take to open its end. */
const agentMs = 15_000;
/** A client whose machine is gone does not answer; one that is there does within this time. */
const pingMs = 30_000;
/** How long a client has to close the connection once it has been told that the session is over. */
const closeMs = 5_000;

/** An open session: what comes from the client's web socket goes to the agent, and back. */
export class Relay {
  readonly claims: SessionClaims;
  readonly #socket: WebSocket;
  readonly #deps: RelayDeps;
  readonly #closed = Promise.withResolvers<void>();
  #agent: DataChannelEnd | undefined;
  #ended = false;
  #timer: Timer;

  constructor(claims: SessionClaims, socket: WebSocket, deps: RelayDeps) {
    this.claims = claims;
    this.#socket = socket;
    this.#deps = deps;
    this.#timer = deps.clock.after(agentMs, () => this.end("The agent does not answer. Try again later."));
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.#agent?.message(data);
    });
    socket.on("close", () => {
      this.#end("The client has left.");
      this.#timer.cancel();
      this.#closed.resolve();
    });
  }

  /** Resolves when the connection to the client is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** The agent's end. It is opened once. */
  open(agent: DataChannelEnd): DataChannel | undefined {
    if (this.#ended || this.#agent !== undefined) return undefined;
    this.#agent = agent;
    this.#timer.cancel();
    this.#ping();
    return {
      send: (message) => {
        if (!this.#ended) this.#socket.send(message);
      },
      close: (reason) => this.end(reason),
    };
  }

  /** Tells the client that the session is over, and why; an empty reason: as it should be. */
  end(reason: string): void {
    if (this.#ended) return;
    this.#end(reason);
    this.#socket.send(this.#channelClosed(reason));
    this.#timer.cancel();
    this.#timer = this.#deps.clock.after(closeMs, () => this.#socket.terminate());
    // What has been sent arrives before the close; a client may go when it is told, too.
    this.#socket.close(1000);
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#deps.onEnd(this);
    this.#agent?.closed(reason);
  }

  /** Asks the client for a sign of life each time that it has given the last one. */
  #ping(): void {
    let answered = true;
    this.#socket.on("pong", () => {
      answered = true;
    });
    const look = () => {
      if (!answered) return this.#socket.terminate();
      answered = false;
      this.#socket.ping();
      this.#timer = this.#deps.clock.after(pingMs, look);
    };
    this.#timer = this.#deps.clock.after(pingMs, look);
  }

  #channelClosed(reason: string): Uint8Array {
    const { clock, random } = this.#deps;
    const { sessionId, taskArn } = this.claims;
    const createdDate = Math.floor(clock.now());
    const messageId = uuid(random);
    const content: ChannelClosed = {
      MessageType: messageTypes.channelClosed,
      MessageId: messageId,
      CreatedDate: String(createdDate),
      DestinationId: taskArn,
      SessionId: sessionId,
      SchemaVersion: 1,
      Output: reason,
    };
    const header = { messageType: messageTypes.channelClosed, sequenceNumber: 0, flags: 0, payloadType: 0 };
    return encodeMessage({ ...header, messageId, createdDate, payload: jsonPayload(content) });
  }
}
