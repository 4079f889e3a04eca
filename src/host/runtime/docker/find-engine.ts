import { type Clock, systemClock } from "#kernel/clock.ts";
import { candidateAddresses, type EngineAddress, parseAddress } from "./address.ts";
import { createEngineClient } from "./client.ts";

export interface FoundEngine {
  /** The first address that answered, with the engine's word on itself. */
  readonly engine:
    | { readonly address: EngineAddress; readonly version: string; readonly apiVersion: string }
    | undefined;
  /** The addresses that were tried before it and why they did not do, in words for people. */
  readonly failures: readonly { readonly address: string; readonly reason: string }[];
}

/**
 * Looks for a container engine: at DOCKER_HOST alone when it is set, else at the usual sockets of Docker and podman.
 * Never rejects: `engine` is undefined when none answers.
 */
export async function findEngine(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock = systemClock(),
): Promise<FoundEngine> {
  const failures: { address: string; reason: string }[] = [];
  for (const candidate of candidateAddresses(env)) {
    try {
      const address = parseAddress(candidate, env);
      const client = createEngineClient(address, clock);
      const version: { Version: string; ApiVersion: string } = await client
        .call("GET", "/version", { timeoutSeconds: 10 })
        .finally(() => client.close());
      return { engine: { address, version: version.Version, apiVersion: version.ApiVersion }, failures };
    } catch (error) {
      failures.push({ address: candidate, reason: (error as Error).message });
    }
  }
  return { engine: undefined, failures };
}
