import { existsSync } from "node:fs";
import { hostname, release } from "node:os";
import type { RuntimeInfo } from "../driver.ts";
import type { EngineAddress } from "./address.ts";
import type { InfoAnswer } from "./api.ts";

/** What the driver must know of its engine. It stays the same until the engine restarts. */
export interface EngineInfo extends Omit<RuntimeInfo, "limitations" | "sandboxLimits"> {
  readonly cgroupDriver: string;
  readonly dataRoot: string;
}

export function toEngineInfo(answer: InfoAnswer, address: EngineAddress): EngineInfo {
  return {
    name: "docker",
    version: answer.ServerVersion,
    cpuCores: answer.NCPU,
    memoryMiB: Math.floor(answer.MemTotal / (1024 * 1024)),
    architecture: /^(aarch64|arm64)/.test(answer.Architecture) ? "arm64" : "x86_64",
    cgroupVersion: answer.CgroupVersion === "2" ? 2 : 1,
    rootless: (answer.SecurityOptions ?? []).some((option) => option.includes("name=rootless")),
    local: isLocal(answer, address),
    cgroupDriver: answer.CgroupDriver ?? "none",
    dataRoot: answer.DockerRootDir,
  };
}

/**
 * What is known to be wrong with an engine of this version, for people. Before 23.0 two locks of its networks are taken
 * in both orders (moby/libnetwork#2649, moby/moby#42545): with many containers that come and go it stops for good.
 */
export function knownFaults(version: string): string[] {
  if (!/^(1\d|20)\./.test(version)) return [];
  const sign = "then it lists containers and starts and ends none, until it is restarted";
  return [`Docker Engine ${version} may lock up when many containers come and go: ${sign}. Version 23.0 does not`];
}

/** Whether the engine shares this process's kernel and file system; in a container or beside a VM it does not. */
function isLocal(answer: InfoAnswer, address: EngineAddress): boolean {
  if (process.platform !== "linux" || !("socketPath" in address.connect)) return false;
  return answer.KernelVersion === release() && answer.Name === hostname() && existsSync(answer.DockerRootDir);
}
