import { DriverError } from "#kernel/fault.ts";
import type { StatsAnswer } from "./api.ts";
import type { DockerContext } from "./context.ts";

export interface Stats {
  read(containerId: string): Promise<Record<string, unknown>>;
  /** The container is gone. */
  forget(containerId: string): void;
}

/**
 * Single readings of containers' counters. The engine would take two readings a second apart to fill in `precpu_stats`;
 * here that is the reading before this one, if there was one.
 */
export function createStats(context: DockerContext): Stats {
  const before = new Map<string, Pick<StatsAnswer, "read" | "cpu_stats">>();
  return {
    async read(containerId) {
      const reading = await readStats(context, containerId);
      const earlier = before.get(containerId);
      before.set(containerId, { read: reading.read, cpu_stats: reading.cpu_stats });
      if (earlier === undefined) return { ...reading };
      return { ...reading, preread: earlier.read, precpu_stats: earlier.cpu_stats };
    },
    forget: (containerId) => before.delete(containerId),
  };
}

/** The engine's statistics of one container, now. Rejects with `NotFound` when there is no such container. */
export async function readStats(context: DockerContext, containerId: string): Promise<StatsAnswer> {
  const query = { stream: false, "one-shot": true };
  const reading: StatsAnswer | undefined = await context.client.call("GET", `/containers/${containerId}/stats`, {
    query,
  });
  if (reading === undefined) throw new DriverError("NotFound", `No statistics of container ${containerId}`);
  return reading;
}
