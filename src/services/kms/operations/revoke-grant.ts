import { Fault } from "#kernel/fault.ts";
import { findKey, grantKey, invalidKeyId } from "../model.ts";
import { endDryRun } from "../request/checks.ts";
import type { KmsHandler } from "../request/handler.ts";

export const RevokeGrant: KmsHandler<"RevokeGrant"> = async (input, ctx) => {
  if (/^alias\/|:alias\//.test(input.KeyId)) throw invalidKeyId(input.KeyId);
  const { keyId } = findKey(ctx, input.KeyId).value;
  const grant = await ctx.store.get(grantKey({ keyId, grantId: input.GrantId }));
  if (grant.value === undefined) throw new Fault("NotFoundException", `Grant ID ${input.GrantId} not found`);
  endDryRun(input);
  await ctx.store.commit({ unchanged: [grant], remove: [grant.key] });
  return {};
};
