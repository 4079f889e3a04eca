import { worldOf } from "#kernel/world.ts";
import { keyArn, keys } from "../model.ts";
import type { KmsHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const ListKeys: KmsHandler<"ListKeys"> = async (input, ctx) => {
  const found = ctx.store.view(keys).by("world", worldOf(ctx));
  const { items, more } = listPage("ListKeys", input, found, ({ value }) => value.keyId, { defaultLimit: 100 });
  return { Keys: items.map(({ value }) => ({ KeyId: value.keyId, KeyArn: keyArn(value) })), ...more };
};
