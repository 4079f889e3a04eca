import { parseArn } from "#kernel/arn.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { arnIn, type World, worldOf } from "#kernel/world.ts";
import type { ServiceName } from "#services/ecs/model.ts";

/** The one kind of capacity that can be scaled here: how many tasks a service of Amazon ECS wants. */
export const serviceNamespace = "ecs";
export const scalableDimension = "ecs:service:DesiredCount";

/** A service of ECS whose number of tasks is scaled between two bounds. Times are milliseconds since the epoch. */
export interface ScalableTargetRecord extends ServiceName {
  /** 36 hexadecimal digits, the last part of its ARN. */
  readonly id: string;
  /** In the ARNs of its policies and scheduled actions. */
  readonly uuid: string;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly suspendedState: SuspendedState;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  /** The bounds were set since the capacity was brought between them last. */
  readonly boundsSet?: true;
  /** The last scale-out by a policy, as long as its cooldown may matter. */
  readonly lastScaleOut?: Scaling & {
    /** The capacity before it: what is added while the cooldown lasts is counted from there. */
    readonly base: number;
  };
  readonly lastScaleIn?: Scaling;
  /** Data up to this time has led to a scaling: the next one needs newer data. */
  readonly scaledThrough?: number;
  /** The key of the activity that the service has yet to fulfil. */
  readonly inProgress?: string;
  /** The last decision not to scale that an activity tells of, so that it is told once. */
  readonly told?: string;
}

/** A tag of a target, `true` or `false`: whether a request wakes a service that runs no task. An extension of AWS. */
export const wakeTag = "estiva:wake-on-request";

/** Whether requests to the service's target groups wait for its tasks, and start one. */
export function wakesOnRequest({ tags, maxCapacity, suspendedState }: ScalableTargetRecord): boolean {
  return tags[wakeTag] === "true" && maxCapacity > 0 && !suspendedState.DynamicScalingOutSuspended;
}

export interface Scaling {
  readonly cooldownSeconds: number;
  /** When the service had fulfilled it: the cooldown begins then. Absent: it goes on. */
  readonly completedAt?: number;
}

export interface SuspendedState {
  readonly DynamicScalingInSuspended: boolean;
  readonly DynamicScalingOutSuspended: boolean;
  readonly ScheduledScalingSuspended: boolean;
}

/** Indexes: `world` by account and region; `arn`. */
export const scalableTargets: Collection<ScalableTargetRecord, "world" | "arn"> = {
  name: "autoscaling/target",
  indexes: { world: worldOf, arn: targetArn },
};

/** The value of the index `target` of what belongs to a target. */
export function targetPath({ account, region, clusterName, serviceName }: ServiceName): string {
  return `${account}/${region}/${clusterName}/${serviceName}`;
}

export function targetKey({ account, region, clusterName, serviceName }: ServiceName): Key<ScalableTargetRecord> {
  return keyOf(scalableTargets, account, region, clusterName, serviceName);
}

/** `service/web/api` */
export function resourceIdOf({ clusterName, serviceName }: ServiceName): string {
  return `service/${clusterName}/${serviceName}`;
}

/** The service that a resource id names; undefined: it names none. */
export function serviceOf({ account, region }: World, resourceId: string): ServiceName | undefined {
  const [, clusterName, serviceName] = /^service\/([^/]+)\/([^/]+)$/.exec(resourceId) ?? [];
  if (clusterName === undefined || serviceName === undefined) return undefined;
  return { account, region, clusterName, serviceName };
}

/** `arn:aws:application-autoscaling:us-east-1:000000000000:scalable-target/ID` */
export function targetArn(target: World & { readonly id: string }): string {
  return arnIn(target, "application-autoscaling", `scalable-target/${target.id}`);
}

/** The ARN of something that belongs to a target: policies and scheduled actions are of `autoscaling`. */
export function partArn(of: ServiceName & { readonly uuid: string }, kind: string, name: string): string {
  const { account, region, uuid } = of;
  const resource = `${kind}:${uuid}:resource/${serviceNamespace}/${resourceIdOf(of)}:${name}`;
  return arnIn({ account, region }, "autoscaling", resource);
}

/** The service whose policy has this ARN; undefined: it is the ARN of none here. */
export function serviceOfPolicyArn(text: string): ServiceName | undefined {
  const arn = parseArn(text);
  if (arn?.service !== "autoscaling") return undefined;
  const resourceId = /^scalingPolicy:[^:]+:resource\/ecs\/(service\/[^:]+):policyName\//.exec(arn.resource)?.[1];
  return resourceId === undefined ? undefined : serviceOf(arn, resourceId);
}
