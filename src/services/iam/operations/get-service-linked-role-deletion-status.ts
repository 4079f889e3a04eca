import { roleDeletionKey } from "../model.ts";
import { noSuchEntity } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const GetServiceLinkedRoleDeletionStatus: IamHandler<"GetServiceLinkedRoleDeletionStatus"> = async (
  { DeletionTaskId: id },
  ctx,
) => {
  const deletion = await ctx.store.get(roleDeletionKey(ctx.account, id));
  if (deletion.value === undefined) throw noSuchEntity(`Deletion task ${id} cannot be found.`);
  const { status, uses } = deletion.value;
  if (uses === undefined) return { Status: status };
  const RoleUsageList = uses.map(({ region, resources }) => ({ Region: region, Resources: resources }));
  return { Status: status, Reason: { Reason: "The role is in use by resources of its service.", RoleUsageList } };
};
