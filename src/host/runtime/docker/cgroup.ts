import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Clock, sleep } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { SandboxSpec } from "../driver.ts";
import type { EngineInfo } from "./engine-info.ts";

/** The control groups that hold all the containers of a sandbox together; limits are set on them. */
export interface SandboxGroups {
  /** Why there are none, in words for people; undefined when they work. */
  readonly unsupported: string | undefined;
  /** What `CgroupParent` must be for the containers of the sandbox with this id (lower-case letters and digits). */
  parentOf(id: string): string;
  /** Makes the group, with no limits yet. Making one that exists changes nothing. */
  create(parent: string): Promise<void>;
  limit(parent: string, resources: SandboxSpec["resources"], cpuCores: number): Promise<void>;
  /** Removing what is not there succeeds. */
  remove(parent: string): Promise<void>;
  /** How many processes of this container the kernel has killed for memory; undefined when that cannot be read. */
  oomKills(parent: string, containerId: string): number | undefined;
  /** The groups that this owner has on the machine. */
  list(): Promise<string[]>;
  /** Nothing is left on the machine, unless sandboxes are. */
  close(): Promise<void>;
}

const run = promisify(execFile);
const periodMicroseconds = 100_000;
const MiB = 1024 * 1024;

/** Chooses how this engine's control groups are to be handled. */
export async function createSandboxGroups(info: EngineInfo, owner: string, clock: Clock): Promise<SandboxGroups> {
  const unsupported = await whyUnsupported(info, owner);
  if (unsupported !== undefined) return noGroups(unsupported);
  if (info.cgroupDriver === "systemd") return systemdGroups(owner);
  return fileGroups(await controllerRoots(info.cgroupVersion), info.cgroupVersion, owner, clock);
}

async function whyUnsupported(info: EngineInfo, owner: string): Promise<string | undefined> {
  if (!info.local) return "the container engine runs on another machine or in a virtual machine";
  if (process.getuid?.() !== 0 || info.rootless) return "control groups can be made by root only";
  if (info.cgroupDriver === "systemd") return undefined;
  if (info.cgroupDriver !== "cgroupfs") return `the engine's cgroup driver is "${info.cgroupDriver}"`;
  try {
    const roots = await controllerRoots(info.cgroupVersion);
    await prepareFileGroups(roots, info.cgroupVersion, owner);
    return undefined;
  } catch (error) {
    return `control groups cannot be made here (${(error as Error).message})`;
  }
}

function noGroups(unsupported: string): SandboxGroups {
  const refuse = async () => {
    throw new DriverError("Failed", `No control group for the sandbox: ${unsupported}`);
  };
  return {
    unsupported,
    parentOf: () => "",
    create: refuse,
    limit: refuse,
    remove: async () => {},
    oomKills: () => undefined,
    list: async () => [],
    close: async () => {},
  };
}

/** The hard limit for `cpuUnits` (1024 a core) in microseconds of CPU per period: never beyond what there is. */
export function cpuQuota(cpuUnits: number, cpuCores: number): number {
  return Math.max(1000, Math.round((Math.min(cpuUnits, cpuCores * 1024) / 1024) * periodMicroseconds));
}

/** Where the controllers are mounted: version 1 has a tree for each, version 2 one for all (under the empty name). */
export async function controllerRoots(version: 1 | 2): Promise<ReadonlyMap<string, string>> {
  return parseControllerRoots(await readFile("/proc/mounts", "utf8"), version);
}

export function parseControllerRoots(mounts: string, version: 1 | 2): ReadonlyMap<string, string> {
  const roots = new Map<string, string>();
  for (const line of mounts.split("\n")) {
    const [, path, type, options] = line.split(" ");
    if (path === undefined || options === undefined) continue;
    if (version === 2 && type === "cgroup2" && !roots.has("")) roots.set("", path);
    if (version === 1 && type === "cgroup") for (const option of options.split(",")) roots.set(option, path);
    // Beside the trees of version 1 there may be one of version 2 without controllers: engines make groups there too.
    if (version === 1 && type === "cgroup2") roots.set("unified", path);
  }
  for (const name of version === 2 ? [""] : ["cpu", "memory"]) {
    if (!roots.has(name))
      throw new DriverError("Failed", `The cgroup controller "${name || "cgroup2"}" is not mounted`);
  }
  return roots;
}

async function prepareFileGroups(roots: ReadonlyMap<string, string>, version: 1 | 2, owner: string): Promise<void> {
  if (version === 1) {
    for (const name of ["cpu", "memory"]) await mkdir(join(roots.get(name)!, "estiva", owner), { recursive: true });
    return;
  }
  // A group's controllers must be switched on in every group above it.
  let path = roots.get("")!;
  for (const next of ["estiva", owner, ""]) {
    await writeFile(join(path, "cgroup.subtree_control"), "+cpu +memory +pids");
    if (next === "") return;
    path = join(path, next);
    await mkdir(path, { recursive: true });
  }
}

function fileGroups(roots: ReadonlyMap<string, string>, version: 1 | 2, owner: string, clock: Clock): SandboxGroups {
  const home = `/estiva/${owner}`;
  const cpu = roots.get(version === 2 ? "" : "cpu")!;
  const memory = roots.get(version === 2 ? "" : "memory")!;
  const folders = [...new Set(roots.values())];
  return {
    unsupported: undefined,
    parentOf: (id) => `${home}/${id}`,
    async create(parent) {
      // Another process of this owner (estiva doctor) may have ended and found the group above empty.
      await prepareFileGroups(roots, version, owner);
      await mkdir(join(cpu, parent), { recursive: true });
      await mkdir(join(memory, parent), { recursive: true });
    },
    async limit(parent, { cpuUnits, memoryMiB }, cpuCores) {
      const write = (root: string, file: string, value: number | string) =>
        writeFile(join(root, parent, file), String(value));
      const quota = cpuUnits === undefined ? undefined : cpuQuota(cpuUnits, cpuCores);
      const bytes = memoryMiB === undefined ? undefined : memoryMiB * MiB;
      if (version === 2) {
        if (quota !== undefined) await write(cpu, "cpu.max", `${quota} ${periodMicroseconds}`);
        if (bytes !== undefined) await write(memory, "memory.max", bytes);
        if (bytes !== undefined) await ifThere(write(memory, "memory.swap.max", 0));
        return;
      }
      if (quota !== undefined) await write(cpu, "cpu.cfs_quota_us", quota);
      if (bytes !== undefined) await write(memory, "memory.limit_in_bytes", bytes);
      if (bytes !== undefined) await ifThere(write(memory, "memory.memsw.limit_in_bytes", bytes)); // no swap beside it
    },
    async remove(parent) {
      for (const root of folders) await removeGroup(join(root, parent), clock);
    },
    oomKills(parent, containerId) {
      if (version === 2) return undefined; // the engine's own word is right there
      try {
        const text = readFileSync(join(memory, parent, containerId, "memory.oom_control"), "utf8");
        const kills = /^oom_kill (\d+)$/m.exec(text)?.[1];
        return kills === undefined ? undefined : Number(kills);
      } catch {
        return undefined; // the container has ended, and its group with it
      }
    },
    async list() {
      // In every tree: a process that was killed while it removed a group has removed it from some of them only.
      const found = await Promise.all(folders.map((root) => foldersIn(join(root, home))));
      return [...new Set(found.flat())].map((name) => `${home}/${name}`);
    },
    async close() {
      for (const root of folders) for (const path of [home, "/estiva"]) await removeUnused(join(root, path));
    },
  };
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** Groups of sandboxes in it, or of other owners, keep it. */
async function removeUnused(path: string): Promise<void> {
  await rmdir(path).catch((error: NodeJS.ErrnoException) => {
    if (!["ENOENT", "EBUSY", "ENOTEMPTY"].includes(error.code ?? "")) throw error;
  });
}

/** Kernels without swap accounting do not have the file. */
async function ifThere(write: Promise<void>): Promise<void> {
  await write.catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" && error.code !== "EACCES") throw error;
  });
}

/** The kernel may take a moment to forget processes that have ended; on a busy machine a long one: five seconds. */
async function removeGroup(path: string, clock: Clock): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rmdir(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return;
      // An engine that was killed leaves the empty groups of its containers; those with processes cannot be removed.
      for (const name of await foldersIn(path)) await removeUnused(join(path, name));
      if ((code !== "EBUSY" && code !== "ENOTEMPTY") || attempt === 8) {
        throw new DriverError("Failed", `The control group ${path} could not be removed (${code})`, { cause: error });
      }
      await sleep(clock, 20 * 2 ** attempt);
    }
  }
}

/** With systemd the groups are slices: it makes and removes them, and would undo what others write there. */
function systemdGroups(owner: string): SandboxGroups {
  const prefix = `estiva-${owner.replaceAll("-", "_")}-`;
  const systemctl = async (...words: string[]) => {
    await run("systemctl", words).catch((cause) => {
      throw new DriverError("Failed", `systemctl ${words[0]} failed: ${String(cause.stderr ?? cause.message).trim()}`, {
        cause,
      });
    });
  };
  return {
    unsupported: undefined,
    parentOf: (id) => `${prefix}${id}.slice`,
    create: (parent) => systemctl("start", parent),
    async limit(parent, { cpuUnits, memoryMiB }, cpuCores) {
      const properties: string[] = [];
      if (cpuUnits !== undefined) properties.push(`CPUQuota=${cpuQuota(cpuUnits, cpuCores) / 1000}%`);
      if (memoryMiB !== undefined) properties.push(`MemoryMax=${memoryMiB * MiB}`, "MemorySwapMax=0");
      if (properties.length > 0) await systemctl("set-property", "--runtime", parent, ...properties);
    },
    async remove(parent) {
      await systemctl("stop", parent);
      await systemctl("revert", parent); // drops the properties that set-property wrote for the unit
    },
    oomKills: () => undefined,
    async list() {
      const { stdout } = await run("systemctl", ["list-units", "--type=slice", "--plain", "--no-legend", `${prefix}*`]);
      return stdout.split("\n").flatMap((line) => line.split(" ")[0] || []);
    },
    close: async () => {},
  };
}
