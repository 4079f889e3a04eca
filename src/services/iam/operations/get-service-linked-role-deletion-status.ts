import { roleDeletionKey } from "../model.ts";
import { noSuchEntity } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const GetServiceLinkedRoleDeletionStatus: IamHandler<"GetServiceLinkedRoleDeletionStatus"> = async (
  { DeletionTaskId: id },
  ctx,
) => {
  const deletion = await ctx.store.get(roleDeletionKey(ctx.account, id));
  if (deletion.value === undefined) throw noSuchEntity(`Deletion task ${id} cannot be found.`);
  return { Status: deletion.value.status };
};
