import type { IamHandler } from "../request/handler.ts";
import { deleteInlinePolicy, roleKind } from "../request/identity.ts";

export const DeleteRolePolicy: IamHandler<"DeleteRolePolicy"> = (input, ctx) =>
  deleteInlinePolicy(ctx, roleKind, input.RoleName, input.PolicyName);
