import type { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Commit, Entry } from "#kernel/store.ts";
import type { Resource } from "../model.ts";

/**
 * Removes a record on which nothing may depend. Whoever makes a dependent commits on the condition that the record has
 * not changed; so the record is marked first, after which no dependent can come, and then looked at once more. That
 * way the dependents need no counter, which all of them would have to rewrite.
 */
export async function removeUnlessUsed<T extends Resource>(
  ctx: RequestContext,
  entry: Entry<T>,
  usedBy: () => Fault | undefined,
  /** What goes with the record, decided when it is marked. */
  together: () => Commit = () => ({}),
): Promise<void> {
  const early = usedBy();
  if (early !== undefined) throw early;
  const { closing: _, ...open } = entry.value;
  await ctx.store.commit({ unchanged: [entry], put: [{ key: entry.key, value: { ...open, closing: true } }] });
  const marked = await ctx.store.get(entry.key);
  const late = usedBy();
  if (late !== undefined) {
    await ctx.store.commit({ unchanged: [marked], put: [{ key: entry.key, value: open }] });
    throw late;
  }
  const { unchanged = [], put = [], remove = [] } = together();
  await ctx.store.commit({ unchanged: [marked, ...unchanged], put, remove: [entry.key, ...remove] });
}
