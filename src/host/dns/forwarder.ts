import { createSocket } from "node:dgram";
import { createConnection, isIPv6 } from "node:net";
import type { Clock } from "#kernel/clock.ts";
import type { Random } from "#kernel/random.ts";
import { isAnswerTo, type Query } from "./message.ts";

export interface ForwarderOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Addresses of the resolvers to ask, in order; `port` is theirs, 53 by default. */
  readonly servers: () => Promise<readonly string[]>;
  readonly port?: number;
}

/** Asks the machine's resolvers. */
export interface Forwarder {
  /** The answer, with the query's own id; undefined when no resolver gave one. */
  forward(message: Buffer, query: Query, transport: "udp" | "tcp"): Promise<Buffer | undefined>;
}

const attemptMs = 1500;
/** A resolver that has failed this often in a row is left alone for a while. */
const toleratedFailures = 3;
const restMs = 5000;
const maxPending = 1000;

interface Health {
  failures: number;
  restUntil: number;
}

/**
 * Each query goes out under a fresh random id from a fresh port, so that answers cannot be forged blindly. Resolvers
 * are tried in order; while all of them rest, queries fail at once, but for one at a time that finds out whether they
 * are back.
 */
export function createForwarder(options: ForwarderOptions): Forwarder {
  const { clock, random } = options;
  const healths = new Map<string, Health>();
  let pending = 0;
  let probing = false;

  const ask = async (server: string, message: Buffer, query: Query, transport: "udp" | "tcp") => {
    const sent = Buffer.from(message);
    sent.set(random.bytes(2), 0);
    const exchange = transport === "udp" ? exchangeUdp : exchangeTcp;
    const answer = await exchange({ server, port: options.port ?? 53, sent, question: query.question, clock });
    const health = healths.get(server) ?? { failures: 0, restUntil: 0 };
    healths.set(server, health);
    if (answer !== undefined) {
      healths.delete(server);
      answer.writeUInt16BE(query.id, 0);
    } else if (++health.failures >= toleratedFailures) health.restUntil = clock.now() + restMs;
    return answer;
  };

  const forward: Forwarder["forward"] = async (message, query, transport) => {
    const servers = await options.servers();
    const awake = servers.filter((server) => (healths.get(server)?.restUntil ?? 0) <= clock.now());
    if (awake.length > 0) {
      for (const server of awake) {
        const answer = await ask(server, message, query, transport);
        if (answer !== undefined) return answer;
      }
      return undefined;
    }
    if (probing || servers.length === 0) return undefined;
    probing = true;
    try {
      return await ask(servers[0]!, message, query, transport);
    } finally {
      probing = false;
    }
  };

  return {
    async forward(message, query, transport) {
      if (pending >= maxPending) return undefined;
      pending++;
      try {
        return await forward(message, query, transport);
      } finally {
        pending--;
      }
    },
  };
}

interface Exchange {
  readonly server: string;
  readonly port: number;
  readonly sent: Buffer;
  readonly question: Buffer;
  readonly clock: Clock;
}

function exchangeUdp({ server, port, sent, question, clock }: Exchange): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(server) ? "udp6" : "udp4");
    const finish = (answer?: Buffer) => {
      timer.cancel();
      socket.removeAllListeners();
      socket.on("error", () => {}); // one that comes while it is being closed tells nothing more
      socket.close();
      resolve(answer);
    };
    const timer = clock.after(attemptMs, () => finish());
    socket.on("error", () => finish()); // unreachable, refused: the next resolver is tried
    socket.on("message", (message) => {
      if (isAnswerTo(message, sent.readUInt16BE(0), question)) finish(message);
    });
    socket.connect(port, server, () => socket.send(sent));
  });
}

function exchangeTcp({ server, port, sent, question, clock }: Exchange): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: server, port });
    let received = Buffer.alloc(0);
    const finish = (answer?: Buffer) => {
      timer.cancel();
      socket.destroy();
      resolve(answer);
    };
    const timer = clock.after(attemptMs, () => finish());
    socket.on("error", () => finish());
    socket.on("close", () => finish());
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const message = received.subarray(2, 2 + received.readUInt16BE(0));
      finish(isAnswerTo(message, sent.readUInt16BE(0), question) ? Buffer.from(message) : undefined);
    });
    socket.write(framed(sent));
  });
}

/** A message as it goes over TCP: with its length before it. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length, 0);
  return Buffer.concat([length, message]);
}
