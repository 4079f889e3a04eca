import type { Tag as ApiTag } from "#generated/organizations/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { type AccountRecord, accountKey, type Tag } from "#services/iam/model.ts";

const maxTags = 50;

export function newTags(input: readonly ApiTag[] | undefined): readonly Tag[] {
  return withTags([], input ?? []);
}

/** The tags of an account with these added; a key that it has gets the new value. */
export function withTags(own: readonly Tag[], input: readonly ApiTag[]): readonly Tag[] {
  const keys = new Set(input.map(({ Key }) => Key));
  if (keys.size < input.length) throw invalid("You can't give two tags of the same key.", "DUPLICATE_TAG_KEY");
  if (input.some(({ Key }) => /^aws:/i.test(Key))) {
    throw invalid("Tag keys with the prefix aws: are reserved.", "INVALID_SYSTEM_TAGS_PARAMETER");
  }
  const tags = new Map(own.map((tag) => [tag.key, tag]));
  for (const { Key, Value } of input) tags.set(Key, { key: Key, value: Value });
  if (tags.size > maxTags) {
    const message = `An account has at most ${maxTags} tags.`;
    throw new Fault("ConstraintViolationException", message, { members: { Reason: "MAX_TAG_LIMIT_EXCEEDED" } });
  }
  return [...tags.values()];
}

/** Accounts can be tagged, those that have a record. */
export async function requireTagged(ctx: RequestContext, resourceId: string): Promise<Entry<AccountRecord>> {
  const read = await ctx.store.get(accountKey(resourceId));
  if (read.value !== undefined) return read;
  throw new Fault("TargetNotFoundException", "We can't find a root, OU, account, or policy with this TargetId.");
}

function invalid(message: string, reason: string): Fault {
  return new Fault("InvalidInputException", message, { members: { Reason: reason } });
}
