import type { Action } from "#generated/elbv2/types.ts";
import type { ServiceLoadBalancer } from "../../model/service.ts";
import type { ServiceDeploymentRecord } from "../../model/service-deployment.ts";

/** Percent of the traffic that the new revision is to have. */
export interface Weights {
  readonly testTrafficWeight?: number;
  readonly productionTrafficWeight?: number;
}

/**
 * The weights of a deployment's new revision. The first deployment of a service has all of the traffic; a later one
 * none until its stages say so, which is what there is before.
 */
export function weightsOf({ targetRevision, sourceRevisions }: ServiceDeploymentRecord): Weights {
  const { testTrafficWeight, productionTrafficWeight } = targetRevision;
  if (testTrafficWeight === undefined && productionTrafficWeight === undefined) {
    return sourceRevisions.length === 0 ? { testTrafficWeight: 100, productionTrafficWeight: 100 } : {};
  }
  return {
    ...(testTrafficWeight !== undefined && { testTrafficWeight }),
    ...(productionTrafficWeight !== undefined && { productionTrafficWeight }),
  };
}

/** What a rule is to send to each target group of a pair. */
export interface WantedSplit {
  readonly ruleArn: string;
  /** By ARN; together more than 0, each at most 999. */
  readonly weights: Readonly<Record<string, number>>;
}

/** The splits of a load balancer's rules. `own`: the target group of the new revision; `source`: of the one before. */
export function splitsOf(
  { targetGroupArn, advancedConfiguration: advanced }: ServiceLoadBalancer,
  own: string,
  source: string | undefined,
  { testTrafficWeight: test, productionTrafficWeight: production }: Weights,
): WantedSplit[] {
  if (advanced === undefined) return [];
  const { alternateTargetGroupArn, productionListenerRule, testListenerRule } = advanced;
  const other = own === targetGroupArn ? alternateTargetGroupArn : targetGroupArn;
  // Both revisions in one group: there is nothing to shift.
  const split = (weight: number) => weightsBetween(own, other, source === own ? 100 : weight);
  return [
    ...(production === undefined ? [] : [{ ruleArn: productionListenerRule, weights: split(production) }]),
    ...(test === undefined || testListenerRule === undefined
      ? []
      : [{ ruleArn: testListenerRule, weights: split(test) }]),
  ];
}

/** Weights of target groups are whole numbers: tenths of a percent are told in thousandths. */
function weightsBetween(own: string, other: string, percent: number): Record<string, number> {
  const scale = Number.isInteger(percent) ? 1 : 10;
  return { [own]: Math.round(percent * scale), [other]: Math.round((100 - percent) * scale) };
}

/** The actions of a rule that forwards by these weights; all else of its forward action stays. */
export function withSplit(
  actions: readonly Action[],
  weights: WantedSplit["weights"],
  isNetwork: boolean,
): readonly Action[] {
  const forward = actions.find(({ Type }) => Type === "forward");
  const rest = actions.filter(({ Type }) => Type !== "forward" && Type !== "redirect" && Type !== "fixed-response");
  const { TargetGroupArn: _, ...kept } = forward ?? { Type: "forward" as const };
  const groups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
  // A listener of a network load balancer sends to one group.
  const heaviest = groups.toSorted((a, b) => b.Weight - a.Weight)[0]!;
  const TargetGroups = isNetwork ? [{ ...heaviest, Weight: 1 }] : groups.toSorted(byArn);
  const stickiness = kept.ForwardConfig?.TargetGroupStickinessConfig ?? (isNetwork ? undefined : { Enabled: false });
  const ForwardConfig = { TargetGroups, ...(stickiness && { TargetGroupStickinessConfig: stickiness }) };
  const single = isNetwork ? { TargetGroupArn: heaviest.TargetGroupArn } : {};
  return [...rest, { ...kept, ...single, ForwardConfig }];
}

function byArn(a: { readonly TargetGroupArn: string }, b: { readonly TargetGroupArn: string }): number {
  return a.TargetGroupArn < b.TargetGroupArn ? -1 : 1;
}
