import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

/** One that somebody has put there goes before the distribution's. */
const places = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"].map((folder) => `${folder}/haproxy`);
/** The first version that takes targets with health checks while it runs. */
const oldest = { major: 2, minor: 6 };

/** The path of this machine's HAProxy; undefined: there is none. */
export function findHaproxy(): string | undefined {
  return places.find(existsSync);
}

/** What a program says of itself: `HAProxy version 3.0.11-1+deb13u4 2026/10/15 - https://haproxy.org/`. */
export async function tellVersion(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ["-v"]);
  return stdout;
}

/** The version in that; undefined: none is told. */
export function versionIn(told: string): string | undefined {
  return /^HA-?Proxy version (\d+\.\d+\S*)/.exec(told)?.[1];
}

/** Why a version cannot carry the traffic of load balancers; undefined: it can. */
export function whyTooOld(version: string): string | undefined {
  if (isAtLeast(version, oldest)) return undefined;
  const { major, minor } = oldest;
  return `HAProxy ${version} is too old for load balancers and Service Connect, which need ${major}.${minor} or later`;
}

export function isAtLeast(version: string, { major, minor }: { readonly major: number; readonly minor: number }) {
  const [own = 0, ownMinor = 0] = version.split(".", 2).map((part) => Number.parseInt(part, 10));
  return own > major || (own === major && ownMinor >= minor);
}
