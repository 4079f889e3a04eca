import type { DeploymentRecord } from "../../model/service.ts";
import type { HookStage } from "../../model/service-deployment.ts";
import type { Member } from "./health.ts";

/**
 * What the scheduler of a service would do and does not do yet, and why. The plan says so beside what it does, so that
 * what `estiva explain` tells is what was decided. Times are milliseconds since the epoch.
 */
export type ServiceWait =
  /** Tasks are missing; the next is started after a pause, because so many rounds of starts have failed. */
  | {
      readonly on: "backoff";
      readonly deploymentId: string;
      readonly count: number;
      readonly failures: number;
      readonly until: number;
    }
  /** Tasks are missing, and none of the revision can be started at all. `message`: as in the event. */
  | { readonly on: "launch-fault"; readonly deploymentId: string; readonly message: string; readonly until: number }
  /** Tasks are missing, and there are as many as `maximumPercent` allows. */
  | { readonly on: "ceiling"; readonly count: number; readonly occupying: number; readonly ceiling: number }
  /** Tasks are missing of a deployment that has failed: it gets no more. */
  | { readonly on: "failed-deployment"; readonly deploymentId: string; readonly count: number }
  /** Tasks that are no longer wanted have to stay, so that `minimumHealthyPercent` is kept. */
  | { readonly on: "floor"; readonly count: number; readonly serving: number; readonly floor: number }
  /** Tasks are no longer wanted and protected from a scale-in. `until`: the end of the protection that ends last. */
  | { readonly on: "protection"; readonly taskIds: readonly string[]; readonly until: number }
  /** Unhealthy tasks stay until they have a healthy replacement, or until stopping one breaks no bound. */
  | { readonly on: "replacement"; readonly taskIds: readonly string[] }
  | {
      readonly on: "hook";
      readonly hookId: string;
      readonly stage: HookStage;
      /** Somebody has to continue it; else the hook itself answers. */
      readonly paused: boolean;
      readonly timeoutAction: "CONTINUE" | "ROLLBACK";
      readonly until: number;
    }
  /** All is healthy, and has to stay so for a while. */
  | { readonly on: "bake"; readonly until: number }
  /** The stage SCALE_UP: the new revision has to be there as a whole. */
  | { readonly on: "scale-up"; readonly healthy: number; readonly wanted: number }
  /** So much traffic has been shifted, in percent; the next step comes later. */
  | { readonly on: "traffic-step"; readonly weight: number; readonly until: number }
  /** Load balancers do not send traffic by the weights of the deployment yet. */
  | { readonly on: "traffic" }
  /** What was started beyond the desired count to balance zones has to become healthy; then as many are stopped. */
  | { readonly on: "rebalancing"; readonly extra: number };

/** Of missing tasks, those that are not started with this plan: of the PRIMARY deployment, and of those before it. */
export function waitsToStart(
  primary: Pick<DeploymentRecord, "id" | "rolloutState">,
  missing: { readonly own: number; readonly sources: number },
  room: { readonly occupying: number; readonly ceiling: number },
): ServiceWait[] {
  const hasFailed = primary.rolloutState === "FAILED";
  const count = missing.sources + (hasFailed ? 0 : missing.own);
  return [
    ...(hasFailed && missing.own > 0
      ? [{ on: "failed-deployment", deploymentId: primary.id, count: missing.own } as const]
      : []),
    ...(count > 0 ? [{ on: "ceiling", count, ...room } as const] : []),
  ];
}

export interface StopsView {
  /** Tasks of the PRIMARY deployment that are not unhealthy, and how many of them are wanted. */
  readonly good: readonly Member[];
  readonly wanted: number;
  /** Tasks of earlier deployments. */
  readonly others: readonly Member[];
  /** What the plan stops of both. */
  readonly surplus: readonly Member[];
  readonly serving: number;
  readonly floor: number;
}

/** Of tasks that are no longer wanted, those that are not stopped with this plan. */
export function waitsToStop({ good, wanted, others, surplus, serving, floor }: StopsView): ServiceWait[] {
  if (others.length === 0 && good.length <= wanted) return [];
  const goes = new Set(surplus);
  const mayGo = (member: Member) => !member.protected && !goes.has(member);
  const excess = Math.max(0, good.length - good.filter((member) => goes.has(member)).length - wanted);
  const loose = others.filter(mayGo).length + Math.min(excess, good.filter(mayGo).length);
  const kept = [...others, ...(excess > 0 ? good : [])].filter((member) => member.protected);
  const protection = kept.map(({ task }) => task.value);
  const until = Math.max(...protection.map(({ service }) => service?.protectedUntil ?? 0));
  return [
    ...(loose > 0 ? [{ on: "floor", count: loose, serving, floor } as const] : []),
    ...(kept.length > 0 ? [{ on: "protection", taskIds: protection.map(({ id }) => id), until } as const] : []),
  ];
}

/** Of unhealthy tasks, those that are not replaced with this plan. */
export function waitsOfSick(own: readonly Member[], chosen: readonly Member[]): ServiceWait[] {
  const goes = new Set(chosen);
  const left = own.filter((member) => member.condition === "unhealthy" && !goes.has(member));
  return left.length === 0 ? [] : [{ on: "replacement", taskIds: left.map(({ task }) => task.value.id) }];
}
