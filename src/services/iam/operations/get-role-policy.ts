import { encodeDocument } from "../request/documents.ts";
import { requireRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { findInlinePolicy } from "../request/identity.ts";

export const GetRolePolicy: IamHandler<"GetRolePolicy"> = async (input, ctx) => {
  const { value: role } = await requireRole(ctx, input.RoleName);
  const { policyName, document } = findInlinePolicy("role", role, input.PolicyName);
  return { RoleName: role.roleName, PolicyName: policyName, PolicyDocument: encodeDocument(document) };
};
