import { Fault } from "#kernel/fault.ts";
import { requireRule } from "../request/find.ts";
import type { ElbHandler } from "../request/handler.ts";

export const DeleteRule: ElbHandler<"DeleteRule"> = async ({ RuleArn: arn }, ctx) => {
  const { rule } = requireRule(ctx, arn);
  if (rule === undefined) {
    throw new Fault("OperationNotPermittedException", `Default rule '${arn}' cannot be deleted`);
  }
  await ctx.store.commit({ unchanged: [rule], remove: [rule.key] });
  return {};
};
