import { requireOwnPolicy } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { findVersion } from "../request/versions.ts";

export const SetDefaultPolicyVersion: IamHandler<"SetDefaultPolicyVersion"> = async (input, ctx) => {
  const policy = await requireOwnPolicy(ctx, input.PolicyArn);
  const { versionId } = findVersion(policy.value, input.PolicyArn, input.VersionId);
  const value = { ...policy.value, defaultVersionId: versionId };
  await ctx.store.commit({ unchanged: [policy], put: [{ key: policy.key, value }] });
  return {};
};
