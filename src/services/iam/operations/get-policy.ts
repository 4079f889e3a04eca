import { managedPolicy, policyNotFound } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { toPolicyDetails } from "../request/shapes.ts";

export const GetPolicy: IamHandler<"GetPolicy"> = async ({ PolicyArn: arn }, ctx) => {
  const policy = await managedPolicy(ctx, arn);
  if (policy === undefined) throw policyNotFound(arn);
  return { Policy: toPolicyDetails(ctx.store, ctx.account, policy.value, arn) };
};
