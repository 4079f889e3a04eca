import { requireGroup } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listInlinePolicies } from "../request/identity.ts";

export const ListGroupPolicies: IamHandler<"ListGroupPolicies"> = async (input, ctx) => {
  const group = await requireGroup(ctx, input.GroupName);
  return listInlinePolicies("ListGroupPolicies", input, group.value);
};
