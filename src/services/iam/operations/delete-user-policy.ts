import type { IamHandler } from "../request/handler.ts";
import { deleteInlinePolicy, userKind } from "../request/identity.ts";

export const DeleteUserPolicy: IamHandler<"DeleteUserPolicy"> = (input, ctx) =>
  deleteInlinePolicy(ctx, userKind, input.UserName, input.PolicyName);
