import { readFile } from "node:fs/promises";
import type { RuntimeInfo } from "#host/runtime/driver.ts";

/**
 * The most open files that the engine may allow a container, by what one of its own processes has. Engines inside
 * containers (CI) cannot raise it, and would refuse to start a container with Fargate's default. Undefined where it
 * cannot be known: then the default is tried.
 */
export type OpenFilesLimit = (sandboxPid: number) => Promise<number | undefined>;

export function createOpenFilesLimit(engine: () => Promise<RuntimeInfo>): OpenFilesLimit {
  let known: number | undefined;
  return async (sandboxPid) => {
    if (known !== undefined) return known;
    if (!(await engine()).local) return undefined;
    known = parseOpenFiles(await readFile(`/proc/${sandboxPid}/limits`, "utf8").catch(() => ""));
    return known;
  };
}

/** The hard limit in the notation of /proc/PID/limits. */
export function parseOpenFiles(limits: string): number | undefined {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  if (hard === undefined) return undefined;
  return hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
}
