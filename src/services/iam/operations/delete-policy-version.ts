import { Fault } from "#kernel/fault.ts";
import { requireOwnPolicy } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { findVersion } from "../request/versions.ts";

export const DeletePolicyVersion: IamHandler<"DeletePolicyVersion"> = async (input, ctx) => {
  const policy = await requireOwnPolicy(ctx, input.PolicyArn);
  const { versionId } = findVersion(policy.value, input.PolicyArn, input.VersionId);
  if (versionId === policy.value.defaultVersionId) {
    throw new Fault("DeleteConflictException", "Cannot delete the default version of a policy.");
  }
  const versions = policy.value.versions.filter((version) => version.versionId !== versionId);
  await ctx.store.commit({ unchanged: [policy], put: [{ key: policy.key, value: { ...policy.value, versions } }] });
  return {};
};
