import { Fault } from "#kernel/fault.ts";
import { isInUse, targetGroupPlace, targetHealth, targets } from "../model.ts";
import { targetGroupIfAny } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";

/** Takes a target group away with its registrations. One that is not there is gone already. */
export const DeleteTargetGroup: ElbHandler<"DeleteTargetGroup"> = async ({ TargetGroupArn: arn }, ctx) => {
  if (targetGroupPlace(arn) === undefined) throw invalid(`'${arn}' is not a valid target group ARN`);
  const found = targetGroupIfAny(ctx, arn);
  if (found === undefined) return {};
  if (isInUse(ctx.store, arn)) {
    const message = `Target group '${arn}' is currently in use by a listener or a rule`;
    throw new Fault("ResourceInUseException", message);
  }
  const registered = ctx.store.view(targets).by("targetGroup", arn);
  const health = ctx.store.view(targetHealth).by("targetGroup", arn);
  const remove = [found.key, ...[...registered, ...health].map(({ key }) => key)];
  await ctx.store.commit({ unchanged: [found, ...registered], remove });
  return {};
};
