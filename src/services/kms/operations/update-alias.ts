import { Fault } from "#kernel/fault.ts";
import { keyKey } from "../model.ts";
import { aliasTarget, requireAlias } from "../request/alias.ts";
import type { KmsHandler } from "../request/handler.ts";

export const UpdateAlias: KmsHandler<"UpdateAlias"> = async ({ AliasName: aliasName, TargetKeyId }, ctx) => {
  const alias = await requireAlias(ctx, aliasName);
  const key = aliasTarget(ctx, TargetKeyId);
  const old = await ctx.store.get(keyKey(ctx, alias.value.targetKeyId));
  if (old.value !== undefined && old.value.keyUsage !== key.value.keyUsage) {
    const message = `Alias ${aliasName} is of a key for ${old.value.keyUsage}: it cannot move to another kind of key.`;
    throw new Fault("ValidationException", message);
  }
  const value = { ...alias.value, targetKeyId: key.value.keyId, lastUpdatedDate: ctx.clock.now() };
  await ctx.store.commit({ unchanged: [alias, key], put: [{ key: alias.key, value }] });
  return {};
};
