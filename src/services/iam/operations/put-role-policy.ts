import type { IamHandler } from "../request/handler.ts";
import { putInlinePolicy, roleKind } from "../request/identity.ts";

export const PutRolePolicy: IamHandler<"PutRolePolicy"> = (input, ctx) =>
  putInlinePolicy(ctx, roleKind, input.RoleName, input);
