import type { IamHandler } from "../request/handler.ts";
import { groupKind, putInlinePolicy } from "../request/identity.ts";

export const PutGroupPolicy: IamHandler<"PutGroupPolicy"> = (input, ctx) =>
  putInlinePolicy(ctx, groupKind, input.GroupName, input);
