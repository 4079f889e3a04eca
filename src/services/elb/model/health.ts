import type { Store } from "#kernel/store.ts";
import { listeners, rules, targetGroupsIn } from "./listener.ts";
import { type LoadBalancerRecord, loadBalancerArn, loadBalancerKey, loadBalancers, placeOf } from "./load-balancer.ts";
import { isExpected, nodes } from "./node.ts";
import {
  type TargetHealthRecord,
  type TargetRecord,
  targetHealth,
  targetHealthKey,
  targetKeyOf,
  targets,
} from "./target.ts";
import { type TargetGroupRecord, targetGroupArn } from "./target-group.ts";
import { sendsIn, targetZones } from "./zone.ts";

type Views = Pick<Store, "view">;

export type TargetState =
  | "initial"
  | "healthy"
  | "unhealthy"
  | "unhealthy.draining"
  | "unused"
  | "draining"
  | "unavailable";

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

/** Who sends to a target group, and in which zones its targets are, as the store has it now. */
function routesTo(store: Views, group: TargetGroupRecord) {
  const arns = loadBalancersOf(store, targetGroupArn(group));
  const owners = arns.flatMap((arn) => {
    const place = placeOf(arn)!;
    return store.view(loadBalancers).get(loadBalancerKey(place, place.name))?.value ?? [];
  });
  return { isInUse: arns.length > 0, owners, zoneOf: targetZones(store, group) };
}

type Routes = ReturnType<typeof routesTo>;

/**
 * Tells of a group's targets why no node sends to one, whatever its health, as the store has it now; undefined: nodes
 * may. Words of AWS.
 */
export function whyNotInUse(store: Views, group: TargetGroupRecord): (target: TargetRecord) => string | undefined {
  const routes = routesTo(store, group);
  return (target) => whyUnused(routes, target);
}

function whyUnused({ isInUse, owners, zoneOf }: Routes, target: TargetRecord): string | undefined {
  if (!isInUse) return "Target group is not configured to receive traffic from the load balancer";
  const zone = zoneOf(target);
  if (zone === undefined || owners.some(({ zones }) => zones.some(({ zoneName }) => zoneName === zone))) {
    return undefined;
  }
  return "Target is in an Availability Zone that is not enabled for the load balancer";
}

type Reports = TargetHealthRecord["reports"];

/**
 * Tells what counts of what nodes say of a target, and whether one that sends to it has yet to speak. A node that was
 * added later than the target has no say until it has made up its mind, as long as another one has: that a zone is
 * added changes nothing for who serves already.
 */
function speakersIn(store: Views, group: TargetGroupRecord, { owners, zoneOf }: Routes) {
  const all = owners.map((owner) => ({
    owner,
    own: store.view(nodes).by("loadBalancer", owner.id),
    sends: sendsIn(owner, group, zoneOf),
  }));
  const joined = new Map(all.flatMap(({ own }) => own.map(({ value }) => [value.nodeId, value.joinedAt ?? 0])));
  return (target: TargetRecord, reports: Reports) => {
    const isNew = (nodeId: string) => (joined.get(nodeId) ?? 0) > target.registeredAt;
    const decided = Object.entries(reports).filter(([nodeId, { state }]) => state !== "initial" || !isNew(nodeId));
    return {
      told: decided.length > 0 ? decided.map(([, report]) => report) : Object.values(reports),
      isSilent: () =>
        all.some(({ owner, own, sends }) =>
          own.some(
            ({ value }) =>
              reports[value.nodeId] === undefined &&
              !isNew(value.nodeId) &&
              isExpected(value, owner) &&
              sends(value.availabilityZone, target),
          ),
        ),
    };
  };
}

/** The ARNs of the target groups that a load balancer, named by its id, forwards to. */
export function groupsBehind(store: Views, loadBalancerId: string): string[] {
  const byListener = store.view(listeners).by("loadBalancer", loadBalancerId);
  const byRule = store.view(rules).by("loadBalancer", loadBalancerId);
  return targetGroupsIn([
    ...byListener.flatMap(({ value }) => value.defaultActions),
    ...byRule.flatMap(({ value }) => value.actions),
  ]);
}

/** Whose the targets are that a load balancer sends to, by the keys of their owners. */
export function ownersBehind(store: Views, loadBalancerId: string): string[] {
  return ownersIn(store, groupsBehind(store, loadBalancerId));
}

/** Whose the targets of these target groups are, by the keys of their owners. */
export function ownersIn(store: Views, groupArns: readonly string[]): string[] {
  const own = groupArns.flatMap((arn) => store.view(targets).by("targetGroup", arn));
  return [...new Set(own.flatMap(({ value }) => value.owner ?? []))];
}

/** Tells the health of a group's registered targets, as the store has it now. */
export function healthIn(store: Views, group: TargetGroupRecord): (target: TargetRecord) => TargetHealthNow {
  const routes = routesTo(store, group);
  const speakers = speakersIn(store, group, routes);
  return (target) => {
    const record = store.view(targetHealth).get(targetHealthKey(group, targetKeyOf(target)));
    return health(target, speakers(target, record?.value.reports ?? {}), whyUnused(routes, target));
  };
}

/** A target as it is without draining: its health is how it was when it was deregistered, or has become since. */
export function asRegistered({ drainUntil: _, ...registered }: TargetRecord): TargetRecord {
  return registered;
}

/**
 * The health of a registered target: what its nodes agree on. It is healthy when all say so and initial while one has
 * not made up its mind, or has not heard of it yet, so that no node is left without it when traffic moves there. While
 * one keeps its connections to an unhealthy target nobody may take that for gone.
 */
function health(
  target: TargetRecord,
  { told, isSilent }: ReturnType<ReturnType<typeof speakersIn>>,
  notInUse: string | undefined,
): TargetHealthNow {
  if (target.drainUntil !== undefined) {
    const description = "Target deregistration is in progress";
    return { state: "draining", reason: "Target.DeregistrationInProgress", description };
  }
  if (notInUse !== undefined) return { state: "unused", reason: "Target.NotInUse", description: notInUse };
  if (told.length === 0 || isSilent()) {
    const description = "Target registration is in progress";
    return { state: "initial", reason: "Elb.RegistrationInProgress", description };
  }
  const report = (["initial", "unhealthy.draining", "unhealthy"] as const)
    .map((state) => told.find((each) => each.state === state))
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
