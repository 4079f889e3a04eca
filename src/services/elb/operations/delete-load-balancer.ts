import { Fault } from "#kernel/fault.ts";
import { authenticationKey, listeners, loadBalancerArn, placeOf, rules, targets } from "../model.ts";
import { loadBalancerIfAny } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";

/** Takes a load balancer away with its listeners and rules; controllers/nodes takes away its nodes. */
export const DeleteLoadBalancer: ElbHandler<"DeleteLoadBalancer"> = async ({ LoadBalancerArn: arn }, ctx) => {
  if (placeOf(arn)?.kind !== "loadbalancer") throw invalid(`'${arn}' is not a valid load balancer ARN`);
  const found = loadBalancerIfAny(ctx, arn);
  if (found === undefined) return {};
  const { id, attributes } = found.value;
  if (attributes["deletion_protection.enabled"] === "true") {
    const message = `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`;
    throw new Fault("OperationNotPermittedException", message);
  }
  if (ctx.store.view(targets).count("id", loadBalancerArn(found.value)) > 0) {
    const message = `Load balancer '${arn}' cannot be deleted because it is currently associated with another service`;
    throw new Fault("ResourceInUseException", message);
  }
  const parts = [...ctx.store.view(listeners).by("loadBalancer", id), ...ctx.store.view(rules).by("loadBalancer", id)];
  const remove = [found.key, authenticationKey(ctx, id), ...parts.map(({ key }) => key)];
  await ctx.store.commit({ unchanged: [found], remove });
  return {};
};
