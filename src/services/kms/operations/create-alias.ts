import { Fault } from "#kernel/fault.ts";
import { type AliasRecord, aliasArn, aliasKey } from "../model.ts";
import { aliasTarget, checkAliasName } from "../request/alias.ts";
import type { KmsHandler } from "../request/handler.ts";

export const CreateAlias: KmsHandler<"CreateAlias"> = async ({ AliasName: aliasName, TargetKeyId }, ctx) => {
  checkAliasName(aliasName);
  const key = aliasTarget(ctx, TargetKeyId);
  const alias = await ctx.store.get(aliasKey(ctx, aliasName));
  if (alias.value !== undefined) {
    const message = `An alias with the name ${aliasArn(ctx, aliasName)} already exists`;
    throw new Fault("AlreadyExistsException", message);
  }
  const now = ctx.clock.now();
  const { account, region } = ctx;
  const made = { aliasName, targetKeyId: key.value.keyId, creationDate: now, lastUpdatedDate: now };
  const value: AliasRecord = { account, region, ...made };
  await ctx.store.commit({ unchanged: [alias, key], put: [{ key: alias.key, value }] });
  return {};
};
