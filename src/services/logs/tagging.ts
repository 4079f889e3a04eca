import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { withoutTags } from "#kernel/tags.ts";
import type { LogGroupRecord } from "./model.ts";
import { checkTags, maxTags } from "./names.ts";

/** Adds tags to a group, in place of those with the same keys. `tooMany` is the code of the operation's fault. */
export async function addTags(
  ctx: RequestContext,
  group: Entry<LogGroupRecord>,
  added: Readonly<Record<string, string>>,
  tooMany: string,
): Promise<void> {
  checkTags(ctx, added);
  const tags = { ...group.value.tags, ...added };
  if (Object.keys(tags).length > maxTags) {
    throw ctx.fault(tooMany, `A resource can have no more than ${maxTags} tags.`);
  }
  await ctx.store.commit({ unchanged: [group], put: [{ key: group.key, value: { ...group.value, tags } }] });
}

export async function removeTags(
  ctx: RequestContext,
  group: Entry<LogGroupRecord>,
  keys: readonly string[],
): Promise<void> {
  const tags = withoutTags(group.value.tags, keys);
  await ctx.store.commit({ unchanged: [group], put: [{ key: group.key, value: { ...group.value, tags } }] });
}
