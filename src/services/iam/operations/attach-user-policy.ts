import type { IamHandler } from "../request/handler.ts";
import { attachPolicy, userKind } from "../request/identity.ts";

export const AttachUserPolicy: IamHandler<"AttachUserPolicy"> = (input, ctx) =>
  attachPolicy(ctx, userKind, input.UserName, input.PolicyArn);
