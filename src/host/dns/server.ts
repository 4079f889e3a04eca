import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import { type Forwarder, framed } from "./forwarder.ts";
import { buildReply, parseQuery, type Query, type Reply, responseCodes, udpLimit } from "./message.ts";
import { type DnsView, followAlias, replyTo } from "./reply.ts";

export interface DnsServerOptions {
  /** The host service address, to which the networks of VPCs translate their resolvers' addresses. */
  readonly address: string;
  readonly port: number;
  /** What a client at this address sees; undefined refuses it. All of a VPC come from one address. */
  readonly viewOf: (peer: string) => DnsView | undefined;
  readonly forwarder: Forwarder;
  readonly clock: Clock;
  readonly log: Log;
}

export interface DnsServer {
  readonly port: number;
  close(): Promise<void>;
}

const maxConnections = 256;
const maxConnectionsPerPeer = 64;
const idleMs = 10_000;
/** Queries of one VPC that wait for the machine's resolvers at a time. */
const maxForwardsPerPeer = 250;
const maxMessageBytes = 65535;

/** Starts the resolver of all VPCs of the host, on UDP and TCP. Rejects with `DriverError` when it cannot listen. */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const answer = createAnswerer(options);
  const tcp = createTcpServer(options, answer);
  const port = await listenTcp(tcp.server, options);
  try {
    const udp = await listenUdp(options, port, answer);
    return {
      port,
      async close() {
        await Promise.all([new Promise<void>((resolve) => udp.close(() => resolve())), tcp.close()]);
      },
    };
  } catch (error) {
    await tcp.close();
    throw error;
  }
}

/** The answer to a message, or undefined when it gets none. Never rejects. */
type Answerer = (message: Buffer, peer: string, transport: "udp" | "tcp") => Promise<Buffer | undefined>;

function createAnswerer({ viewOf, forwarder, log }: DnsServerOptions): Answerer {
  const forwards = new Map<string, number>();
  const forward = async (message: Buffer, query: Query, peer: string, transport: "udp" | "tcp") => {
    const count = forwards.get(peer) ?? 0;
    if (count >= maxForwardsPerPeer) return undefined;
    forwards.set(peer, count + 1);
    try {
      return await forwarder.forward(message, query, transport);
    } finally {
      const left = forwards.get(peer)! - 1;
      if (left === 0) forwards.delete(peer);
      else forwards.set(peer, left);
    }
  };
  return async (message, peer, transport) => {
    const parsed = parseQuery(message);
    if (parsed.query === undefined) return parsed.refusal;
    const { query } = parsed;
    const limit = transport === "udp" ? udpLimit(query) : maxMessageBytes;
    const reply = (content: Reply) => buildReply(query, content, limit);
    try {
      const own = replyTo(query, viewOf(peer));
      if (own?.aliasOf !== undefined) {
        return reply(await followAlias(own, own.aliasOf, query, (asked, other, by) => forward(asked, other, peer, by)));
      }
      if (own !== undefined) return reply(own);
      return (await forward(message, query, peer, transport)) ?? reply({ code: responseCodes.SERVFAIL });
    } catch (error) {
      log.error("A name could not be resolved", { name: query.name, error: String(error) });
      return reply({ code: responseCodes.SERVFAIL });
    }
  };
}

function listenUdp(options: DnsServerOptions, port: number, answer: Answerer): Promise<UdpSocket> {
  const socket = createSocket("udp4");
  socket.on("message", async (message: Buffer, from: RemoteInfo) => {
    const reply = await answer(message, from.address, "udp");
    if (reply === undefined) return;
    try {
      socket.send(reply, from.port, from.address, () => {}); // lost like any datagram; the client asks again
    } catch {
      // the server was closed while the answer was looked for
    }
  });
  return new Promise((resolve, reject) => {
    socket.once("error", (cause) => reject(cannotListen(options, cause)));
    socket.bind(port, options.address, () => {
      socket.removeAllListeners("error");
      socket.on("error", (error) => options.log.error("The resolver's socket failed", { error: error.message }));
      resolve(socket);
    });
  });
}

function createTcpServer(options: DnsServerOptions, answer: Answerer) {
  const open = new Map<Socket, string>();
  const server = createServer((socket) => {
    const peer = socket.remoteAddress ?? "";
    const samePeer = [...open.values()].filter((other) => other === peer).length;
    if (open.size >= maxConnections || samePeer >= maxConnectionsPerPeer) return socket.destroy();
    open.set(socket, peer);
    socket.on("error", () => {}); // the client has gone away
    socket.on("close", () => open.delete(socket));
    return void serve(socket, peer, options, answer);
  });
  const close = async () => {
    for (const socket of open.keys()) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { server, close };
}

/** Answers the queries of one connection, one after another, until the client ends it or is silent for long. */
async function serve(socket: Socket, peer: string, { clock }: DnsServerOptions, answer: Answerer): Promise<void> {
  const armed = () => clock.after(idleMs, () => socket.destroy());
  let idle = armed();
  let received: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const reply = await answer(received.subarray(2, end), peer, "tcp");
        if (reply === undefined) return; // no proper query: nothing that follows can be trusted to be one
        // A client that does not read is not answered on: it runs into the idle timeout.
        if (!socket.write(framed(reply))) await once(socket, "drain");
        received = received.subarray(end);
        idle.cancel();
        idle = armed();
      }
    }
  } catch {
    // the connection broke, which is the client's affair
  } finally {
    idle.cancel();
    socket.end();
  }
}

function listenTcp(server: Server, options: DnsServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(cannotListen(options, cause)));
    server.listen(options.port, options.address, () => {
      server.removeAllListeners("error");
      server.on("error", (error) => options.log.error("The resolver's socket failed", { error: error.message }));
      resolve((server.address() as { port: number }).port);
    });
  });
}

function cannotListen({ address, port }: DnsServerOptions, cause: Error): DriverError {
  return new DriverError("Unavailable", `The resolver cannot listen on ${address}:${port}: ${cause.message}`, {
    retryable: true,
    cause,
  });
}
