import type { IamHandler } from "../request/handler.ts";
import { detachPolicy, groupKind } from "../request/identity.ts";

export const DetachGroupPolicy: IamHandler<"DetachGroupPolicy"> = (input, ctx) =>
  detachPolicy(ctx, groupKind, input.GroupName, input.PolicyArn);
