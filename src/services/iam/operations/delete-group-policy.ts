import type { IamHandler } from "../request/handler.ts";
import { deleteInlinePolicy, groupKind } from "../request/identity.ts";

export const DeleteGroupPolicy: IamHandler<"DeleteGroupPolicy"> = (input, ctx) =>
  deleteInlinePolicy(ctx, groupKind, input.GroupName, input.PolicyName);
