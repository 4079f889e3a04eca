import type { IamHandler } from "../request/handler.ts";
import { detachPolicy, userKind } from "../request/identity.ts";

export const DetachUserPolicy: IamHandler<"DetachUserPolicy"> = (input, ctx) =>
  detachPolicy(ctx, userKind, input.UserName, input.PolicyArn);
