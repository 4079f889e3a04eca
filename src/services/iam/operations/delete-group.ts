import { users } from "../model.ts";
import { requireGroupToRemove } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { deleteConflict, refuseWhileInUse } from "../request/identity.ts";
import { removeUnlessUsed } from "../request/removal.ts";

export const DeleteGroup: IamHandler<"DeleteGroup"> = async (input, ctx) => {
  const group = await requireGroupToRemove(ctx, input.GroupName);
  refuseWhileInUse(group.value);
  const members = ctx.store.view(users);
  await removeUnlessUsed(ctx, group, () => {
    if (members.count("group", group.value.groupId) === 0) return undefined;
    return deleteConflict("must remove users from group first.");
  });
  return {};
};
