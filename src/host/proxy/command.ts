import { configFile, sockets } from "./config/config.ts";

/** The arguments of a HAProxy whose folder is seen by it as `folder`: a master that reloads, and its workers. */
export function proxyArguments(folder: string): string[] {
  return ["-W", "-S", `${folder}/${sockets.master},mode,600`, "-f", `${folder}/${configFile}`];
}

/** To have it look at a configuration only. */
export function checkArguments(folder: string, fileName: string): string[] {
  return ["-c", "-f", `${folder}/${fileName}`];
}
