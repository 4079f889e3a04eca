import type { IamHandler } from "../request/handler.ts";
import { attachPolicy, groupKind } from "../request/identity.ts";

export const AttachGroupPolicy: IamHandler<"AttachGroupPolicy"> = (input, ctx) =>
  attachPolicy(ctx, groupKind, input.GroupName, input.PolicyArn);
