import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import type { Clock } from "#kernel/clock.ts";

/** The name servers of a resolv.conf, in order, without those that are this server itself. */
export function parseResolvConf(text: string, own: ReadonlySet<string>): string[] {
  const servers: string[] = [];
  for (const line of text.split("\n")) {
    const [keyword, value] = line.trim().split(/\s+/);
    if (keyword !== "nameserver" || value === undefined) continue;
    const address = value.split("%")[0]!;
    if (isIP(address) !== 0 && !own.has(address) && !servers.includes(value)) servers.push(value);
  }
  return servers;
}

const rereadMs = 5000;

/** Reads the machine's resolvers, and again as time passes: a laptop changes them as it moves. */
export function machineResolvers(clock: Clock, own: ReadonlySet<string>): () => Promise<readonly string[]> {
  let known: Promise<readonly string[]> | undefined;
  let readAt = 0;
  return () => {
    if (known === undefined || clock.now() - readAt >= rereadMs) {
      readAt = clock.now();
      // A machine without the file has no resolvers: what is asked of them fails, and that is the answer.
      known = readFile("/etc/resolv.conf", "utf8").then(
        (text) => parseResolvConf(text, own),
        () => [],
      );
    }
    return known;
  };
}
