import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listAttachedPolicies } from "../request/identity.ts";

export const ListAttachedUserPolicies: IamHandler<"ListAttachedUserPolicies"> = async (input, ctx) => {
  const user = await requireUser(ctx, input.UserName);
  return listAttachedPolicies("ListAttachedUserPolicies", input, user.value);
};
