import { DriverError } from "#kernel/fault.ts";
import type { NetworkCounters, RunningContainer, UsageCounters } from "../driver.ts";
import type { StatsAnswer } from "./api.ts";
import { controllerRoots } from "./cgroup.ts";
import { type CounterFiles, counterFiles, readCounters } from "./cgroup-counters.ts";
import type { DockerContext } from "./context.ts";
import { hasReason } from "./errors.ts";
import { readKernelFile } from "./kernel-file.ts";
import { readNetDev } from "./net-dev.ts";
import { eachLimited } from "./requests.ts";
import { readStats } from "./stats.ts";

export interface Usage {
  read(containers: readonly RunningContainer[]): Promise<ReadonlyMap<string, UsageCounters>>;
  networks(pid: number): Promise<Readonly<Record<string, NetworkCounters>> | undefined>;
}

/** So many containers are read before others have their turn: a few milliseconds. */
const atOnce = 32;
const askedAtOnce = 8;

/**
 * Reads what containers use from the files of their control groups, which are looked for once each. Where those cannot
 * be read (the engine's kernel is another machine's, or hides them) the engine is asked, container by container.
 */
export function createUsage(context: DockerContext): Usage {
  let known = new Map<string, CounterFiles>();
  let roots: Promise<ReadonlyMap<string, string>> | undefined;

  const rootsOf = (version: 1 | 2) => {
    roots ??= controllerRoots(version).catch((error) => {
      if (!(error instanceof DriverError)) throw error;
      return new Map(); // nothing is mounted here
    });
    return roots;
  };

  const locate = async ({ id, pid }: RunningContainer, version: 1 | 2): Promise<CounterFiles | undefined> => {
    return counterFiles(readKernelFile(`/proc/${pid}/cgroup`) ?? "", id, await rootsOf(version));
  };

  const readFiles = async (containers: readonly RunningContainer[], version: 1 | 2) => {
    const found = new Map<string, CounterFiles>();
    const counters = new Map<string, UsageCounters>();
    for (const [i, container] of containers.entries()) {
      const files = known.get(container.id) ?? (await locate(container, version));
      if (files !== undefined) {
        found.set(container.id, files);
        const read = readCounters(files);
        if (read !== undefined) counters.set(container.id, { at: context.clock.now(), ...read });
      }
      if (i % atOnce === atOnce - 1) await new Promise((resolve) => setImmediate(resolve));
    }
    known = found; // those that nobody asks for any more are forgotten
    return counters;
  };

  return {
    async read(containers) {
      const { info } = await context.engine();
      const counters = info.local ? await readFiles(containers, info.cgroupVersion) : new Map<string, UsageCounters>();
      const others = containers.filter(({ id }) => !known.has(id));
      await eachLimited(others, askedAtOnce, async ({ id }) => {
        const read = await askEngine(context, id);
        if (read !== undefined) counters.set(id, read);
      });
      return counters;
    },
    async networks(pid) {
      const { info } = await context.engine();
      return info.local ? readNetDev(pid) : undefined;
    },
  };
}

async function askEngine(context: DockerContext, id: string): Promise<UsageCounters | undefined> {
  try {
    return toCounters(await readStats(context, id), context.clock.now());
  } catch (error) {
    if (hasReason(error, "NotFound")) return undefined;
    throw error;
  }
}

/** As `readCounters` has it. */
export function toCounters(stats: StatsAnswer, at: number): UsageCounters | undefined {
  const { usage, stats: details = {} } = stats.memory_stats ?? {};
  if (usage === undefined) return undefined;
  const io = stats.blkio_stats?.io_service_bytes_recursive ?? [];
  const sum = (op: string) =>
    io.filter((each) => each.op.toLowerCase() === op).reduce((all, { value }) => all + value, 0);
  const { total_cache: cached, total_shmem: shared = 0, inactive_file: inactive = 0 } = details;
  const cache = cached === undefined ? inactive : cached - shared;
  return {
    at,
    cpuNanos: stats.cpu_stats?.cpu_usage?.total_usage ?? 0,
    memoryBytes: Math.max(0, usage - cache),
    readBytes: sum("read"),
    writeBytes: sum("write"),
  };
}
