import { configFile, sockets } from "./config/config.ts";

/**
 * What a thread keeps of free memory has room for few buffers as large as ours, which push out all else: threads share
 * the rest of it, instead of giving each piece back to the C library and fetching it again with the next request.
 */
const sharedPools = "-dMglobal";

/** The arguments of a HAProxy whose folder is seen by it as `folder`: a master that reloads, and its workers. */
export function proxyArguments(folder: string): string[] {
  return ["-W", "-S", `${folder}/${sockets.master},mode,600`, "-f", `${folder}/${configFile}`, sharedPools];
}

/**
 * Each connection that is busy has two buffers for the largest heads there may be. They are kept instead of being given
 * back to the machine and fetched again with each burst: up to so many bytes a process.
 */
export const proxyEnvironment = { MALLOC_TRIM_THRESHOLD_: String(32 * 1024 * 1024) } as const;

/** To have it look at a configuration only. */
export function checkArguments(folder: string, fileName: string): string[] {
  return ["-c", "-f", `${folder}/${fileName}`];
}
