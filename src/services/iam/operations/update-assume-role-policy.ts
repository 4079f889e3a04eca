import { requireOwnRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { trustFields } from "../request/trust.ts";

export const UpdateAssumeRolePolicy: IamHandler<"UpdateAssumeRolePolicy"> = async (input, ctx) => {
  const role = await requireOwnRole(ctx, input.RoleName);
  const value = { ...role.value, ...trustFields(ctx, input.PolicyDocument) };
  await ctx.store.commit({ unchanged: [role], put: [{ key: role.key, value }] });
  return {};
};
