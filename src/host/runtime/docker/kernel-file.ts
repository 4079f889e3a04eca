import { closeSync, openSync, readSync } from "node:fs";

/** One for all: a read is over before the next one begins. */
const buffer = Buffer.allocUnsafe(64 * 1024);

/**
 * Reads a file of /proc or of a control group, at most 64 KiB of it; undefined when it is not there, or goes away
 * meanwhile. The kernel makes these up from memory: to wait for a thread of the pool would cost more than the reading.
 */
export function readKernelFile(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return undefined;
  }
  try {
    return buffer.toString("latin1", 0, readSync(file, buffer, 0, buffer.length, 0));
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}
