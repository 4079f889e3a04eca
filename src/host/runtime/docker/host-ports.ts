import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { DriverError } from "#kernel/fault.ts";
import type { PortRange } from "#kernel/port-mapping.ts";
import type { PublishedPort, SandboxPort } from "../driver.ts";
import type { DockerContext } from "./context.ts";
import { hasReason } from "./errors.ts";
import { readKernelFile } from "./kernel-file.ts";

/**
 * Ports of the host in a row. The engine gives out single ones by itself; of several it only says whether they are to
 * be had. So they are looked for as the Amazon ECS container agent does: in the range of ephemeral ports, from where
 * the last search ended, by opening each for a moment. Somebody may be quicker: then others are looked for.
 */
export interface HostPorts {
  /**
   * Calls `use` with ports of the host for all that the driver is to choose, and with others as long as it fails
   * because one of these is in use. Rejects with `PortsUnavailable` when there are not so many in a row.
   */
  publish<T>(ports: readonly PublishedPort[], use: (ports: readonly SandboxPort[]) => Promise<T>): Promise<T>;
}

export type PortProbe = (port: number, protocol: SandboxPort["protocol"]) => Promise<boolean>;

const attempts = 20;
/** Where the engine's machine is another one, or does not tell: what Amazon ECS takes then. */
const usualPorts: PortRange = { first: 49_153, last: 65_535 };

export function createHostPorts(
  { engine, random }: Pick<DockerContext, "engine" | "random">,
  probe: PortProbe = canListen,
): HostPorts {
  let next: number | undefined;
  let choosing: Promise<unknown> = Promise.resolve();

  const choose = async (count: number, protocol: SandboxPort["protocol"], avoided: ReadonlySet<number>) => {
    const { local } = (await engine()).info;
    const span = local ? ephemeralPorts(readKernelFile("/proc/sys/net/ipv4/ip_local_port_range")) : usualPorts;
    const from = next ?? span.first + Math.floor(random.float() * (span.last - span.first + 1));
    const isFree = async (port: number) => !avoided.has(port) && (!local || (await probe(port, protocol)));
    const first = await findRun(count, span, from, isFree);
    if (first === undefined) {
      throw new DriverError("PortsUnavailable", `${count} contiguous host ports are unavailable`);
    }
    next = first + count;
    return first;
  };

  const chooseAll = async (ports: readonly PublishedPort[], avoided: ReadonlySet<number>): Promise<SandboxPort[]> => {
    const chosen: SandboxPort[] = [];
    for (const { count = 1, ...port } of ports) {
      const hostPort = port.hostPort || (count === 1 ? 0 : await choose(count, port.protocol, avoided));
      const { containerPort } = port;
      for (let i = 0; i < count; i++)
        chosen.push({ ...port, containerPort: containerPort + i, hostPort: hostPort + i });
    }
    return chosen;
  };

  return {
    async publish(ports, use) {
      if (!wantsRuns(ports)) return await use(ports);
      const avoided = new Set(ports.flatMap(({ hostPort }) => hostPort || []));
      for (let attempt = 1; ; attempt++) {
        // One after the other, so that each goes on from where the one before it has ended.
        const turn = choosing.then(() => chooseAll(ports, avoided));
        choosing = turn.catch(() => {}); // whoever waits for it is told
        const chosen = await turn;
        try {
          return await use(chosen);
        } catch (error) {
          const taken = portInUse(error, chosen);
          if (taken === undefined || avoided.has(taken) || attempt === attempts) throw error;
        }
      }
    },
  };
}

/** Whether there are ports that the engine itself cannot choose. */
export function wantsRuns(ports: readonly PublishedPort[]): boolean {
  return ports.some(({ count = 1 }) => count > 1);
}

/** The first of `count` ports in a row that are free, looked for from `from` to the end and then from the start. */
export async function findRun(
  count: number,
  { first, last }: PortRange,
  from: number,
  isFree: (port: number) => Promise<boolean>,
): Promise<number | undefined> {
  const size = last - first + 1;
  if (count > size) return undefined;
  const offset = from >= first && from <= last ? from - first : 0;
  let run = 0;
  for (let step = 0; step < size + count - 1; step++) {
    const port = first + ((offset + step) % size);
    if (port === first) run = 0;
    run = (await isFree(port)) ? run + 1 : 0;
    if (run === count) return port - count + 1;
  }
  return undefined;
}

/** The kernel's range of ephemeral ports: two numbers. */
export function ephemeralPorts(text: string | undefined): PortRange {
  const [first = 0, last = 0] = (text ?? "").trim().split(/\s+/).map(Number);
  return first > 0 && last > first ? { first, last } : usualPorts;
}

/** Which of the ports the engine could not have: it tells only in words, the host's port before the container's. */
export function portInUse(error: unknown, ports: readonly SandboxPort[]): number | undefined {
  if (!hasReason(error, "PortInUse")) return undefined;
  const named = [...error.message.matchAll(/:(\d+)\b/g)].map(([, port]) => Number(port));
  return named.find((port) => ports.some(({ hostPort }) => hostPort === port));
}

/** Whether the port can be listened at on all addresses; it is given back at once. */
const canListen: PortProbe = (port, protocol) =>
  new Promise((resolve) => {
    if (protocol === "udp") {
      const socket = createSocket("udp4");
      socket.on("error", () => socket.close(() => resolve(false)));
      socket.bind({ port, exclusive: true }, () => socket.close(() => resolve(true)));
      return;
    }
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
