import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface KernelLimits {
  /** The least memory limit of the process's control group and of all above it. */
  readonly memoryBytes: number;
  /** The least CPU limit, in cores. */
  readonly cpus: number;
}

const root = "/sys/fs/cgroup";

/** What the kernel allows a process of this machine, whatever the engine says (control groups of version 1 and 2). */
export function kernelLimits(pid: number): KernelLimits {
  const unified = existsSync(join(root, "cgroup.controllers"));
  const paths = new Map(
    readFileSync(`/proc/${pid}/cgroup`, "utf8")
      .trim()
      .split("\n")
      .flatMap((line) => {
        const [, controllers = "", path = ""] = line.split(":");
        return controllers.split(",").map((controller) => [controller, path] as const);
      }),
  );
  const least = (controller: string, read: (folder: string) => number) => {
    const top = unified ? root : join(root, controller);
    let folder = join(top, paths.get(unified ? "" : controller) ?? "/");
    let lowest = Number.POSITIVE_INFINITY;
    for (; folder.length > top.length; folder = dirname(folder)) lowest = Math.min(lowest, read(folder));
    return lowest;
  };
  return {
    memoryBytes: least("memory", (folder) => numberIn(folder, unified ? "memory.max" : "memory.limit_in_bytes")),
    cpus: least("cpu", (folder) => (unified ? cpuMax(folder) : cpuQuota(folder))),
  };
}

function cpuMax(folder: string): number {
  const [quota, period] = text(folder, "cpu.max").split(" ");
  return quota === "max" || quota === "" ? Number.POSITIVE_INFINITY : Number(quota) / Number(period);
}

function cpuQuota(folder: string): number {
  const quota = numberIn(folder, "cpu.cfs_quota_us");
  return quota > 0 ? quota / numberIn(folder, "cpu.cfs_period_us") : Number.POSITIVE_INFINITY;
}

function numberIn(folder: string, file: string): number {
  const content = text(folder, file);
  return content === "max" || content === "" ? Number.POSITIVE_INFINITY : Number(content);
}

/** A controller that the group above does not hand down has no file here. */
function text(folder: string, file: string): string {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
}
