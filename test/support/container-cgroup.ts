import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What the kernel says of a container's control group, read in the test's own way: the processor time as the sum of
 * what each core has given, the memory as what the kinds of pages add up to (control groups of version 1 and 2).
 */
export interface GroupReading {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

const root = "/sys/fs/cgroup";

export function readGroup(pid: number): GroupReading {
  const groups = new Map(
    readFileSync(`/proc/${pid}/cgroup`, "utf8")
      .trim()
      .split("\n")
      .flatMap((line) => {
        const [, controllers = "", path = ""] = line.split(":");
        return controllers.split(",").map((name) => [name, path] as const);
      }),
  );
  const unified = existsSync(join(root, "cgroup.controllers"));
  const text = (controller: string, file: string) =>
    readFileSync(join(unified ? root : join(root, controller), groups.get(unified ? "" : controller)!, file), "utf8");
  const stat = new Map(
    text("memory", "memory.stat")
      .trim()
      .split("\n")
      .map((line) => [line.split(" ")[0]!, Number(line.split(" ")[1])]),
  );
  if (unified) {
    const cpu = /user_usec (\d+)\nsystem_usec (\d+)/.exec(text("cpu", "cpu.stat"))!;
    const memoryBytes = stat.get("anon")! + (stat.get("kernel") ?? 0) + stat.get("active_file")! + stat.get("shmem")!;
    return { cpuSeconds: (Number(cpu[1]) + Number(cpu[2])) / 1e6, memoryBytes };
  }
  const cores = text("cpuacct", "cpuacct.usage_percpu").trim().split(/\s+/).map(Number);
  const kernel = Number(text("memory", "memory.kmem.usage_in_bytes"));
  return { cpuSeconds: cores.reduce((all, each) => all + each, 0) / 1e9, memoryBytes: stat.get("total_rss")! + kernel };
}
