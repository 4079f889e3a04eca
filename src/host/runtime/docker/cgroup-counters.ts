import { join } from "node:path";
import { readKernelFile } from "./kernel-file.ts";

/** The files that tell what a container uses. Missing ones count as zero: not every kernel has all controllers. */
export interface CounterFiles {
  readonly version: 1 | 2;
  readonly cpu: string;
  readonly memory: string;
  readonly memoryStat: string;
  readonly io: string;
}

/**
 * The counter files of a container's control group, by `/proc/PID/cgroup` of its process: whatever the engine's cgroup
 * driver, the kernel says where it is. Undefined unless the process is the container's, in whose path its id is: the
 * engine's kernel may be another's, or the process may have ended and its number been given to another.
 */
export function counterFiles(
  procCgroup: string,
  containerId: string,
  roots: ReadonlyMap<string, string>,
): CounterFiles | undefined {
  const paths = new Map<string, string>();
  for (const line of procCgroup.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || !path!.includes(containerId)) continue;
    for (const controller of controllers.split(",")) {
      const root = roots.get(controller);
      if (root !== undefined) paths.set(controller, join(root, path!));
    }
  }
  const unified = roots.has("") ? paths.get("") : undefined;
  if (unified !== undefined) {
    return {
      version: 2,
      cpu: join(unified, "cpu.stat"),
      memory: join(unified, "memory.current"),
      memoryStat: join(unified, "memory.stat"),
      io: join(unified, "io.stat"),
    };
  }
  const [cpu, memory, blkio] = ["cpuacct", "memory", "blkio"].map((name) => paths.get(name));
  if (cpu === undefined || memory === undefined) return undefined;
  return {
    version: 1,
    cpu: join(cpu, "cpuacct.usage"),
    memory: join(memory, "memory.usage_in_bytes"),
    memoryStat: join(memory, "memory.stat"),
    io: blkio === undefined ? "" : join(blkio, "blkio.throttle.io_service_bytes_recursive"),
  };
}

export interface Counters {
  readonly cpuNanos: number;
  readonly memoryBytes: number;
  readonly readBytes: number;
  readonly writeBytes: number;
}

/**
 * Reads the counters now. Undefined when the group is gone. What the kernel can take back at once is no use of memory:
 * the cache of files, as the Amazon ECS agent counts it (version 2: what of it is inactive). Shared memory and tmpfs,
 * which version 1 counts as cache, cannot be taken back.
 */
export function readCounters(files: CounterFiles): Counters | undefined {
  const cpu = readKernelFile(files.cpu);
  const memory = readKernelFile(files.memory);
  if (cpu === undefined || memory === undefined) return undefined;
  const stat = readKernelFile(files.memoryStat) ?? "";
  const cache =
    files.version === 2 ? field(stat, "inactive_file") : field(stat, "total_cache") - field(stat, "total_shmem");
  return {
    cpuNanos: files.version === 2 ? field(cpu, "usage_usec") * 1000 : Number(cpu),
    memoryBytes: Math.max(0, Number(memory) - cache),
    ...(files.version === 2 ? unifiedIo(readKernelFile(files.io) ?? "") : blockIo(readKernelFile(files.io) ?? "")),
  };
}

/** The number behind a name at the beginning of a line; 0 without one. */
function field(text: string, name: string): number {
  const start = text.startsWith(`${name} `) ? 0 : text.indexOf(`\n${name} `) + 1;
  if (start === 0 && !text.startsWith(`${name} `)) return 0;
  return Number.parseInt(text.slice(start + name.length + 1, start + name.length + 24), 10);
}

type BlockIo = Pick<Counters, "readBytes" | "writeBytes">;

/** `8:0 rbytes=90430464 wbytes=299008000 rios=8950 wios=1252 dbytes=0 dios=0` */
function unifiedIo(text: string): BlockIo {
  return { readBytes: sum(text, / rbytes=(\d+)/g), writeBytes: sum(text, / wbytes=(\d+)/g) };
}

/** `8:0 Read 90430464` */
function blockIo(text: string): BlockIo {
  return { readBytes: sum(text, / Read (\d+)/g), writeBytes: sum(text, / Write (\d+)/g) };
}

function sum(text: string, numbers: RegExp): number {
  let total = 0;
  for (const match of text.matchAll(numbers)) total += Number(match[1]);
  return total;
}
