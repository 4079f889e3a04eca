import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import { imageArchive } from "#host/runtime/image-archive.ts";
import type { TarEntry } from "#host/runtime/tar.ts";
import { DriverError } from "#kernel/fault.ts";
import { findHaproxy, tellVersion, versionIn, whyTooOld } from "./program.ts";

/** Where they are in the image. */
export const proxyProgram = "/usr/sbin/haproxy";
export const shellProgram = "/bin/sh";
/** Threads cannot end without it; no program says that it needs it. */
const unnamed = "libgcc_s.so.1";

/**
 * The image with this machine's HAProxy, the shell that starts it and their libraries and nothing else, put into the
 * engine unless it is there. Resolves with its reference, which another build of HAProxy changes. Rejects with a
 * `DriverError` (`NotFound`) where there is no HAProxy, or one that is too old.
 */
export async function ensureProxyImage(driver: RuntimeDriver): Promise<string> {
  const files = await programFiles();
  const hash = createHash("sha256");
  for (const { path, data } of files) hash.update(path).update(data);
  const reference = `estiva/haproxy:${hash.digest("hex").slice(0, 16)}`;
  if ((await driver.findImage(reference)) === undefined) await driver.importImage(archiveOf(reference, files));
  return reference;
}

interface ProgramFile {
  readonly path: string;
  readonly data: Uint8Array;
}

async function programFiles(): Promise<ProgramFile[]> {
  const program = await usableProgram();
  const { stdout } = await promisify(execFile)("ldd", [program, shellProgram]);
  // `libssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x...)`, and the loader by its path alone; a program's own is
  // `/opt/lib/ld-linux-x86-64.so.2 => /lib64/ld-linux-x86-64.so.2 (0x...)`, of which it is the first.
  const named = [...stdout.matchAll(/(?:^|=>)\s*(\/\S+)(?= \(0x| =>)/gm)].map((match) => match[1]!);
  const others = [...new Set(named.map((path) => join(dirname(path), unnamed)))].filter(existsSync);
  const libraries = [...new Set([...named, ...others])].sort();
  const files = libraries.map(async (path) => ({ path, data: await readFile(path) }));
  const programs = [
    { path: proxyProgram, data: await readFile(program) },
    { path: shellProgram, data: await readFile(shellProgram) },
  ];
  return [...programs, ...(await Promise.all(files))];
}

async function usableProgram(): Promise<string> {
  const program = findHaproxy();
  if (program === undefined) {
    const mend = "install the package haproxy (apt-get install haproxy)";
    throw new DriverError("NotFound", `HAProxy, which carries the traffic of load balancers, is missing: ${mend}`);
  }
  const version = versionIn(await tellVersion(program));
  const reason = version && whyTooOld(version);
  if (reason) throw new DriverError("NotFound", reason);
  return program;
}

function archiveOf(reference: string, files: readonly ProgramFile[]): Uint8Array {
  const folders = new Set(files.flatMap(({ path }) => ancestors(path)));
  const entries: TarEntry[] = [
    ...[...folders, "node"].map((path): TarEntry => ({ path, directory: true, mode: 0o755 })),
    ...files.map(({ path, data }): TarEntry => ({ path: path.slice(1), data, mode: 0o755 })),
  ];
  const architecture = process.arch === "arm64" ? "arm64" : "x86_64";
  return imageArchive({ reference, architecture, files: entries, entrypoint: [proxyProgram] });
}

/** `/usr/sbin/haproxy`: `usr`, `usr/sbin`. */
function ancestors(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}
