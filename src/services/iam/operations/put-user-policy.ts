import type { IamHandler } from "../request/handler.ts";
import { putInlinePolicy, userKind } from "../request/identity.ts";

export const PutUserPolicy: IamHandler<"PutUserPolicy"> = (input, ctx) =>
  putInlinePolicy(ctx, userKind, input.UserName, input);
