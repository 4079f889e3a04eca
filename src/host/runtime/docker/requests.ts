import { sleep } from "#kernel/clock.ts";
import type { ContainerAnswer, ContainerListEntry } from "./api.ts";
import type { DockerContext } from "./context.ts";
import { hasReason } from "./errors.ts";
import { label } from "./names.ts";

/** Requests that several parts of the driver make. */

/** The container by id or name, or undefined. */
export async function inspect(context: DockerContext, idOrName: string): Promise<ContainerAnswer | undefined> {
  return await context.client.call("GET", `/containers/${encodeURIComponent(idOrName)}/json`).catch((error) => {
    if (hasReason(error, "NotFound")) return undefined;
    throw error;
  });
}

/** The owner's containers in any state that also carry these labels. */
export async function list(
  context: DockerContext,
  labels: Readonly<Record<string, string>> = {},
): Promise<ContainerListEntry[]> {
  const wanted = Object.entries({ ...labels, [label.owner]: context.owner }).map(([name, value]) => `${name}=${value}`);
  return await context.client.call("GET", "/containers/json", { query: { all: true, filters: { label: wanted } } });
}

/** Kills and removes a container with its anonymous volumes. Resolves when it is gone; being gone already is fine. */
export async function forceRemove(context: DockerContext, id: string): Promise<void> {
  for (let delayMs = 10; ; delayMs = Math.min(1000, delayMs * 2)) {
    try {
      const query = { force: true, v: true };
      await context.client.call("DELETE", `/containers/${encodeURIComponent(id)}`, { query });
      return;
    } catch (error) {
      if (hasReason(error, "NotFound")) return;
      // Somebody else is removing it; or it had just ended when it was to be killed.
      if (!/already in progress|is not running/.test((error as Error).message)) throw error;
    }
    await sleep(context.clock, delayMs);
  }
}

/** Runs `work` on every item, a few at a time. */
export async function eachLimited<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i]!);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
