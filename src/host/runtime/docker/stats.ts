import { DriverError } from "#kernel/fault.ts";
import type { DockerContext } from "./context.ts";

export interface Stats {
  read(containerId: string): Promise<Record<string, unknown>>;
  /** The container is gone. */
  forget(containerId: string): void;
}

interface Reading extends Record<string, unknown> {
  readonly read?: string;
  readonly cpu_stats?: unknown;
}

/**
 * Single readings of containers' counters. The engine would take two readings a second apart to fill in `precpu_stats`;
 * here that is the reading before this one, if there was one.
 */
export function createStats(context: DockerContext): Stats {
  const before = new Map<string, Pick<Reading, "read" | "cpu_stats">>();
  return {
    async read(containerId) {
      const query = { stream: false, "one-shot": true };
      const reading: Reading | undefined = await context.client.call("GET", `/containers/${containerId}/stats`, {
        query,
      });
      if (reading === undefined) throw new DriverError("NotFound", `No statistics of container ${containerId}`);
      const earlier = before.get(containerId);
      before.set(containerId, { read: reading.read, cpu_stats: reading.cpu_stats });
      if (earlier === undefined) return reading;
      return { ...reading, preread: earlier.read, precpu_stats: earlier.cpu_stats };
    },
    forget: (containerId) => before.delete(containerId),
  };
}
