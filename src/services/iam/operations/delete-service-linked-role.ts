import { Fault } from "#kernel/fault.ts";
import { uuid } from "#kernel/random.ts";
import { useKeys } from "../last-accessed/use-keys.ts";
import { lastUsedKey, type RoleDeletionRecord, roleDeletionKey } from "../model.ts";
import { requireRole } from "../request/find.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { type LinkedRoleUse, usesOfRole } from "../service-linked/uses.ts";

/**
 * The role goes at once, or, while its service uses it, not at all: what became of it is told by
 * `GetServiceLinkedRoleDeletionStatus`.
 */
export function deleteServiceLinkedRole(linkedUses: readonly LinkedRoleUse[]): IamHandler<"DeleteServiceLinkedRole"> {
  return async (input, ctx) => {
    const role = await requireRole(ctx, input.RoleName);
    const { account, serviceName, roleName, roleId } = role.value;
    if (serviceName === undefined) {
      throw new Fault("NoSuchEntityException", `The role with name ${roleName} is not a service-linked role.`);
    }
    const uses = usesOfRole(linkedUses, ctx.store, { account, serviceName });
    const isUsed = uses.length > 0;
    const deletion: RoleDeletionRecord = {
      account,
      deletionTaskId: `task/aws-service-role/${serviceName}/${roleName}/${uuid(ctx.random)}`,
      status: isUsed ? "FAILED" : "SUCCEEDED",
      createdAt: now(ctx),
      ...(isUsed && { uses }),
    };
    const key = roleDeletionKey(account, deletion.deletionTaskId);
    const remove = isUsed ? [] : [role.key, lastUsedKey(roleId), ...useKeys(ctx, roleId)];
    await ctx.store.commit({ unchanged: [role], remove, put: [{ key, value: deletion }] });
    return { DeletionTaskId: deletion.deletionTaskId };
  };
}
