import { checkNotPendingDeletion } from "../model.ts";
import type { KmsHandler } from "../request/handler.ts";
import { customerKey, replaceKey } from "../request/own-key.ts";

export const UntagResource: KmsHandler<"UntagResource"> = async (input, ctx) => {
  const key = customerKey(ctx, input.KeyId);
  checkNotPendingDeletion(key.value);
  const kept = Object.entries(key.value.tags).filter(([name]) => !input.TagKeys.includes(name));
  await replaceKey(ctx, key, { ...key.value, tags: Object.fromEntries(kept) });
  return {};
};
