import { requireGroup } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listAttachedPolicies } from "../request/identity.ts";

export const ListAttachedGroupPolicies: IamHandler<"ListAttachedGroupPolicies"> = async (input, ctx) => {
  const group = await requireGroup(ctx, input.GroupName);
  return listAttachedPolicies("ListAttachedGroupPolicies", input, group.value);
};
