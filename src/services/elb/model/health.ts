import type { Store } from "#kernel/store.ts";
import { listeners, rules } from "./listener.ts";
import { type LoadBalancerRecord, loadBalancerArn } from "./load-balancer.ts";
import { type TargetRecord, targetHealth, targetHealthKey, targetKeyOf } from "./target.ts";
import { type TargetGroupRecord, targetGroupArn } from "./target-group.ts";

type Views = Pick<Store, "view">;

export type TargetState = "initial" | "healthy" | "unhealthy" | "unused" | "draining" | "unavailable";

/** As DescribeTargetHealth tells it; a healthy target has neither reason nor description. */
export interface TargetHealthNow {
  readonly state: TargetState;
  readonly reason?: string;
  readonly description?: string;
}

/** The load balancers whose listeners or rules forward to a target group, each once, by their ARNs. */
export function loadBalancersOf(store: Views, groupArn: string): string[] {
  const byListener = store.view(listeners).by("targetGroup", groupArn);
  const byRule = store.view(rules).by("targetGroup", groupArn);
  const owners: (Pick<LoadBalancerRecord, "type" | "name" | "id"> & { account: string; region: string })[] = [
    ...byListener.map(({ value }) => ({ ...value.loadBalancer, account: value.account, region: value.region })),
    ...byRule.map(({ value }) => ({ ...value.listener.loadBalancer, account: value.account, region: value.region })),
  ];
  return [...new Set(owners.map(loadBalancerArn))];
}

export function isInUse(store: Views, groupArn: string): boolean {
  const inListeners = store.view(listeners).count("targetGroup", groupArn);
  return inListeners > 0 || store.view(rules).count("targetGroup", groupArn) > 0;
}

/**
 * The health of a registered target: what its nodes agree on. It is healthy when all say so and initial while one has
 * not made up its mind, so that no node is left without it when traffic moves there.
 */
export function healthOf(store: Views, group: TargetGroupRecord, target: TargetRecord): TargetHealthNow {
  if (target.drainUntil !== undefined) {
    const description = "Target deregistration is in progress";
    return { state: "draining", reason: "Target.DeregistrationInProgress", description };
  }
  if (!isInUse(store, targetGroupArn(group))) {
    const description = "Target group is not configured to receive traffic from the load balancer";
    return { state: "unused", reason: "Target.NotInUse", description };
  }
  const record = store.view(targetHealth).get(targetHealthKey(group, targetKeyOf(target)));
  const reports = Object.values(record?.value.reports ?? {});
  if (reports.length === 0) {
    const description = "Target registration is in progress";
    return { state: "initial", reason: "Elb.RegistrationInProgress", description };
  }
  const report = (["initial", "unhealthy"] as const)
    .map((state) => reports.find((each) => each.state === state))
    .find((each) => each !== undefined);
  if (report === undefined) return { state: "healthy" };
  const description = report.description ?? descriptions[report.reason ?? ""];
  return {
    state: report.state,
    ...(report.reason !== undefined && { reason: report.reason }),
    ...(description !== undefined && { description }),
  };
}

const descriptions: Readonly<Record<string, string>> = {
  "Elb.RegistrationInProgress": "Target registration is in progress",
  "Elb.InitialHealthChecking": "Initial health checks in progress",
  "Target.ResponseCodeMismatch": "Health checks failed",
  "Target.Timeout": "Request timed out",
  "Target.FailedHealthChecks": "Health checks failed",
};

/** For how long a target of the group drains once it is deregistered, in seconds. */
export function deregistrationDelayOf(group: Pick<TargetGroupRecord, "attributes">): number {
  return Number(group.attributes["deregistration_delay.timeout_seconds"] ?? 300);
}
