import { checkNotPendingDeletion } from "../model.ts";
import type { KmsHandler } from "../request/handler.ts";
import { customerKey, replaceKey } from "../request/own-key.ts";
import { withTags } from "../request/tags.ts";

export const TagResource: KmsHandler<"TagResource"> = async (input, ctx) => {
  const key = customerKey(ctx, input.KeyId);
  checkNotPendingDeletion(key.value);
  await replaceKey(ctx, key, { ...key.value, tags: withTags(key.value.tags, input.Tags) });
  return {};
};
