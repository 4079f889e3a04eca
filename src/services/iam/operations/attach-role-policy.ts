import type { IamHandler } from "../request/handler.ts";
import { attachPolicy, roleKind } from "../request/identity.ts";

export const AttachRolePolicy: IamHandler<"AttachRolePolicy"> = (input, ctx) =>
  attachPolicy(ctx, roleKind, input.RoleName, input.PolicyArn);
