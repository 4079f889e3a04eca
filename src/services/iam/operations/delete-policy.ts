import { Fault } from "#kernel/fault.ts";
import { requirePolicyToRemove } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { removeUnlessUsed } from "../request/removal.ts";
import { attachmentCount, boundaryUsageCount } from "../request/shapes.ts";

export const DeletePolicy: IamHandler<"DeletePolicy"> = async ({ PolicyArn: arn }, ctx) => {
  const policy = await requirePolicyToRemove(ctx, arn);
  if (policy.value.versions.length > 1) {
    throw new Fault(
      "DeleteConflictException",
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
        "The default version is deleted with the policy.",
    );
  }
  await removeUnlessUsed(ctx, policy, () => {
    const uses = attachmentCount(ctx.store, ctx.account, arn) + boundaryUsageCount(ctx.store, ctx.account, arn);
    if (uses === 0) return undefined;
    return new Fault("DeleteConflictException", "Cannot delete a policy attached to entities.");
  });
  return {};
};
