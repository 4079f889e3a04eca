import type { RuleTransform } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";

export function refuseTransforms(transforms: readonly RuleTransform[] | undefined): void {
  if (transforms === undefined || transforms.length === 0) return;
  const message = "Transforms of requests are not available: let the targets rewrite hosts and paths.";
  throw new Fault("InvalidLoadBalancerActionException", message);
}
