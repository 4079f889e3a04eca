import { worldOf } from "#kernel/world.ts";
import { aliasArn, aliases } from "../model.ts";
import type { KmsHandler } from "../request/handler.ts";
import { ownKey } from "../request/own-key.ts";
import { listPage } from "../request/pages.ts";

export const ListAliases: KmsHandler<"ListAliases"> = async (input, ctx) => {
  const keyId = input.KeyId === undefined ? undefined : ownKey(ctx, input.KeyId).value.keyId;
  const view = ctx.store.view(aliases);
  const found = keyId === undefined ? view.by("world", worldOf(ctx)) : view.by("target", keyId);
  const { items, more } = listPage(`ListAliases ${keyId ?? ""}`, input, found, ({ value }) => value.aliasName);
  const Aliases = items.map(({ value }) => ({
    AliasName: value.aliasName,
    AliasArn: aliasArn(ctx, value.aliasName),
    TargetKeyId: value.targetKeyId,
    CreationDate: value.creationDate,
    LastUpdatedDate: value.lastUpdatedDate,
  }));
  return { Aliases, ...more };
};
