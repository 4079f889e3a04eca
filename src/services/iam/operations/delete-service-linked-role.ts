import { Fault } from "#kernel/fault.ts";
import { uuid } from "#kernel/random.ts";
import { useKeys } from "../last-accessed/use-keys.ts";
import { lastUsedKey, type RoleDeletionRecord, roleDeletionKey } from "../model.ts";
import { requireRole } from "../request/find.ts";
import { type IamHandler, now } from "../request/handler.ts";

/** The role goes at once: what became of it is told by `GetServiceLinkedRoleDeletionStatus`. */
export const DeleteServiceLinkedRole: IamHandler<"DeleteServiceLinkedRole"> = async (input, ctx) => {
  const role = await requireRole(ctx, input.RoleName);
  const { serviceName, roleName } = role.value;
  if (serviceName === undefined) {
    throw new Fault("NoSuchEntityException", `The role with name ${roleName} is not a service-linked role.`);
  }
  const deletion: RoleDeletionRecord = {
    account: ctx.account,
    deletionTaskId: `task/aws-service-role/${serviceName}/${roleName}/${uuid(ctx.random)}`,
    status: "SUCCEEDED",
    createdAt: now(ctx),
  };
  const key = roleDeletionKey(ctx.account, deletion.deletionTaskId);
  const { roleId } = role.value;
  const remove = [role.key, lastUsedKey(roleId), ...useKeys(ctx, roleId)];
  await ctx.store.commit({ unchanged: [role], remove, put: [{ key, value: deletion }] });
  return { DeletionTaskId: deletion.deletionTaskId };
};
