import { checkTrustPolicy } from "../request/documents.ts";
import { requireOwnRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const UpdateAssumeRolePolicy: IamHandler<"UpdateAssumeRolePolicy"> = async (input, ctx) => {
  const role = await requireOwnRole(ctx, input.RoleName);
  checkTrustPolicy(input.PolicyDocument);
  const value = { ...role.value, assumeRolePolicyDocument: input.PolicyDocument };
  await ctx.store.commit({ unchanged: [role], put: [{ key: role.key, value }] });
  return {};
};
