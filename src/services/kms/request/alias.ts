import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { type AliasRecord, aliasArn, aliasKey, checkNotPendingDeletion, type KeyRecord } from "../model.ts";
import { customerKey } from "./own-key.ts";

/** Refuses a name that no alias may be given. */
export function checkAliasName(aliasName: string): void {
  if (!aliasName.startsWith("alias/")) {
    const message =
      'Alias must start with the prefix "alias/". Please see ' +
      "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html";
    throw new Fault("ValidationException", message);
  }
  if (aliasName.startsWith("alias/aws/")) {
    throw new Fault(
      "InvalidAliasNameException",
      "Aliases that begin with alias/aws/ are reserved for AWS managed keys.",
    );
  }
  if (!/^alias\/[a-zA-Z0-9/_-]+$/.test(aliasName)) {
    throw new Fault("InvalidAliasNameException", `${aliasName} contains invalid characters for an alias`);
  }
}

/** The key that an alias is to point to. */
export function aliasTarget(ctx: RequestContext, identifier: string): Entry<KeyRecord> {
  if (/^alias\/|:alias\//.test(identifier)) {
    throw new Fault("ValidationException", "Aliases must refer to keys. Not aliases");
  }
  const key = customerKey(ctx, identifier);
  checkNotPendingDeletion(key.value);
  return key;
}

/** An alias of the caller's own, to be changed. */
export async function requireAlias(ctx: RequestContext, aliasName: string): Promise<Entry<AliasRecord>> {
  const alias = await ctx.store.get(aliasKey(ctx, aliasName));
  if (alias.value !== undefined && !aliasName.startsWith("alias/aws/")) return alias;
  throw new Fault("NotFoundException", `Alias ${aliasArn(ctx, aliasName)} is not found.`);
}
