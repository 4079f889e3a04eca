import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { systemClock } from "#kernel/clock.ts";
import type { PublishedPort } from "../model.ts";

export interface ForwardedPort extends PublishedPort {
  readonly service: string;
}

export interface Forwarder {
  /** The ports with the numbers that they have, also where any was asked for. */
  readonly listening: readonly ForwardedPort[];
  /** What could not be opened, and why. */
  readonly failed: readonly { readonly port: ForwardedPort; readonly reason: string }[];
  close(): Promise<void>;
}

/** Addresses of the tasks of a service that can take a connection now. */
export type FindTargets = (service: string) => Promise<readonly string[]>;

/**
 * Opens ports of this machine that lead to tasks. For each connection the tasks are looked up and taken in turn; one
 * that does not accept is passed over. Nothing is done while there are no connections.
 */
export async function startForwarder(ports: readonly ForwardedPort[], findTargets: FindTargets): Promise<Forwarder> {
  const [servers, sockets] = [new Map<ForwardedPort, Server>(), new Set<Socket>()];
  const failed: { port: ForwardedPort; reason: string }[] = [];
  for (const port of ports) {
    const accept = acceptor(port, findTargets, sockets);
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, accept);
    server.listen(port.hostPort, port.hostIp);
    try {
      await once(server, "listening");
      servers.set({ ...port, hostPort: (server.address() as { port: number }).port }, server);
    } catch (error) {
      failed.push({ port, reason: reasonOf(error as NodeJS.ErrnoException, port) });
    }
  }
  return {
    ...{ listening: [...servers.keys()], failed },
    async close() {
      for (const server of servers.values()) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function reasonOf({ code, message }: NodeJS.ErrnoException, { hostIp, hostPort }: ForwardedPort): string {
  if (code === "EADDRINUSE") return `port ${hostPort} of ${hostIp} is in use already`;
  if (code === "EACCES") return `port ${hostPort} may only be opened by root`;
  if (code === "EADDRNOTAVAIL") return `${hostIp} is no address of this machine`;
  return message;
}

function acceptor({ service, containerPort }: ForwardedPort, findTargets: FindTargets, sockets: Set<Socket>) {
  let turn = 0;
  return async (client: Socket) => {
    sockets.add(client);
    client.on("close", () => sockets.delete(client));
    client.on("error", () => client.destroy());
    // A service without tasks, or a platform that is gone: the client sees the connection end.
    const targets = await findTargets(service).catch(() => []);
    const first = turn++;
    for (let i = 0; i < targets.length && !client.destroyed; i++) {
      const task = await reach(targets[(first + i) % targets.length]!, containerPort);
      if (task !== undefined) return join(client, task, sockets);
    }
    client.destroy();
  };
}

/** A task that does not answer in this time is passed over. */
const connectMs = 2000;

async function reach(host: string, port: number): Promise<Socket | undefined> {
  const socket = connect({ host, port, allowHalfOpen: true });
  const timer = systemClock().after(connectMs, () => socket.destroy(new Error("timed out")));
  try {
    await once(socket, "connect");
    return socket;
  } catch {
    // Refused, unreachable, too slow: the next task is tried.
    return undefined;
  } finally {
    timer.cancel();
  }
}

function join(client: Socket, task: Socket, sockets: Set<Socket>): void {
  sockets.add(task);
  task.on("error", () => client.destroy());
  task.on("close", () => {
    sockets.delete(task);
    if (!client.writableEnded) client.destroy();
  });
  client.on("close", () => task.destroy());
  if (client.destroyed) task.destroy();
  client.pipe(task);
  task.pipe(client);
}
