import type { Operations } from "#generated/sts/types.ts";
import type { Handler } from "#kernel/handler.ts";

type GetCallerIdentity = Operations["GetCallerIdentity"];

/** Who signed the request. Everyone may ask; no permission is needed (STS API reference, GetCallerIdentity). */
export const GetCallerIdentity: Handler<GetCallerIdentity["input"], GetCallerIdentity["output"]> = async (
  _input,
  ctx,
) => ({
  UserId: ctx.caller.userId,
  Account: ctx.caller.account,
  Arn: ctx.caller.arn,
});
