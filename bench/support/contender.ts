import { parseAddress } from "#host/runtime/docker/address.ts";
import { createEngineClient, type EngineClient } from "#host/runtime/docker/client.ts";
import { systemClock } from "#kernel/clock.ts";

/** One way of running many equal containers; see `bench/services.ts`. Times are in milliseconds. */
export interface Contender {
  /** Until all run. */
  start(round: number): Promise<number>;
  /** From the kill of one of them until another one runs in its place; absent where nobody replaces it. */
  replace?(): Promise<number>;
  /** Resolves when nothing is left of them. */
  remove(): Promise<void>;
}

export interface ContenderOptions {
  readonly engineUrl: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly count: number;
}

/** Of what takes a second or less. */
const lookAgainMs = 10;
/**
 * Of what takes many seconds. Looking costs processor time, which on a machine of two cores the containers would have
 * had: twenty tasks listed and described a hundred times a second took as much as a quarter of what the engine needed.
 */
export const lookAgainSeldomMs = 100;

/** A client that lets the process end. */
export function engineAt(url: string): EngineClient {
  return createEngineClient(parseAddress(url), systemClock());
}

/** Resolves with what `look` finds, once it finds something. */
export async function until<T>(look: () => Promise<T | undefined>, everyMs = lookAgainMs): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** How long it takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
