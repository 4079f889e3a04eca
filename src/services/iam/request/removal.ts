import type { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";

/**
 * Removes a record on which nothing may depend. Whoever makes a dependent commits on the condition that the record has
 * not changed; so it is marked first, after which no dependent can come, and then looked at once more. That way the
 * dependents, of which there can be thousands, need no counter that all of them would have to rewrite.
 */
export async function removeUnlessUsed<T extends { readonly closing?: true }>(
  ctx: RequestContext,
  entry: Entry<T>,
  usedBy: () => Fault | undefined,
): Promise<void> {
  const early = usedBy();
  if (early !== undefined) throw early;
  const { closing: _, ...rest } = entry.value;
  const open = rest as T;
  await ctx.store.commit({ unchanged: [entry], put: [{ key: entry.key, value: { ...open, closing: true } }] });
  const marked = await ctx.store.get(entry.key);
  const late = usedBy();
  if (late !== undefined) {
    await ctx.store.commit({ unchanged: [marked], put: [{ key: entry.key, value: open }] });
    throw late;
  }
  await ctx.store.commit({ unchanged: [marked], remove: [entry.key] });
}
