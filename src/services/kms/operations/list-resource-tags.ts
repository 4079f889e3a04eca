import type { KmsHandler } from "../request/handler.ts";
import { ownKey } from "../request/own-key.ts";
import { listPage } from "../request/pages.ts";

export const ListResourceTags: KmsHandler<"ListResourceTags"> = async (input, ctx) => {
  const key = ownKey(ctx, input.KeyId).value;
  const found = Object.entries(key.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
  const { items, more } = listPage(`ListResourceTags ${key.keyId}`, input, found, ({ TagKey }) => TagKey);
  return { Tags: items, ...more };
};
