import type { IamHandler } from "../request/handler.ts";
import { detachPolicy, roleKind } from "../request/identity.ts";

export const DetachRolePolicy: IamHandler<"DetachRolePolicy"> = (input, ctx) =>
  detachPolicy(ctx, roleKind, input.RoleName, input.PolicyArn);
