import type { RetireGrantRequest } from "#generated/kms/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Entry } from "#kernel/store.ts";
import { type GrantRecord, grants, type KeyScope, keyIfAny } from "../model.ts";
import { endDryRun } from "../request/checks.ts";
import { grantIdIn } from "../request/grant-token.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

export function retireGrant({ box }: KmsParts): KmsHandler<"RetireGrant"> {
  return async (input, ctx) => {
    const grant = grantToRetire(input, ctx, box);
    if (grant === undefined) throw new Fault("NotFoundException", "The grant was not found.");
    endDryRun(input);
    await ctx.store.commit({ unchanged: [grant], remove: [grant.key] });
    return {};
  };
}

/** The grant that a token, or a key with the grant's id, names. Throws when the token is not ours. */
export function grantToRetire(
  { GrantToken, KeyId, GrantId }: RetireGrantRequest,
  scope: KeyScope,
  box: SecretBox,
): Entry<GrantRecord> | undefined {
  const byId = GrantToken === undefined && KeyId !== undefined && GrantId !== undefined;
  const byToken = GrantToken !== undefined && KeyId === undefined && GrantId === undefined;
  if (!byId && !byToken) {
    throw new Fault("ValidationException", "You must specify either a grant token, or a key ID and a grant ID.");
  }
  const grantId = byToken ? grantIdIn(GrantToken, box) : GrantId;
  const grant = scope.store.view(grants).by("id", grantId ?? "")[0];
  if (grant === undefined || byToken) return grant;
  return keyIfAny(scope, KeyId ?? "")?.value.keyId === grant.value.keyId ? grant : undefined;
}
