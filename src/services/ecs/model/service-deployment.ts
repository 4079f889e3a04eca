import { type Collection, type Key, keyOf, type Prefix, prefixOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { serviceDeploymentMachine } from "../states.ts";
import { type DeploymentConfiguration, type ServiceName, servicePath } from "./service.ts";
import { ecsArn } from "./world.ts";

export type ServiceDeploymentStatus =
  | "PENDING"
  | "IN_PROGRESS"
  | "SUCCESSFUL"
  | "STOPPED"
  | "STOP_REQUESTED"
  | "ROLLBACK_REQUESTED"
  | "ROLLBACK_IN_PROGRESS"
  | "ROLLBACK_SUCCESSFUL"
  | "ROLLBACK_FAILED";

/** The stages of a deployment in their order; ROLLING has SCALE_UP alone ("Amazon ECS blue/green deployments"). */
export const lifecycleStages = [
  "RECONCILE_SERVICE",
  "PRE_SCALE_UP",
  "SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
  "CLEAN_UP",
] as const;
export type LifecycleStage = (typeof lifecycleStages)[number];
/** Hooks can also run before each step of the shift of production traffic, which is no stage of its own. */
export type HookStage = LifecycleStage | "PRE_PRODUCTION_TRAFFIC_SHIFT";

/** The history of one deployment: from which revisions to which, and what came of it. */
export interface ServiceDeploymentRecord extends ServiceName {
  /** 19 digits, the last part of the ARN. */
  readonly id: string;
  readonly status: ServiceDeploymentStatus;
  readonly statusReason?: string;
  readonly lifecycleStage?: LifecycleStage;
  /** When the stage, or the last step of the traffic's shift in it, began: milliseconds, like all times here. */
  readonly stageSince?: number;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly updatedAt: number;
  readonly finishedAt?: number;
  readonly stoppedAt?: number;
  readonly sourceRevisions: readonly RevisionCounts[];
  readonly targetRevision: RevisionCounts;
  /** As it was when the deployment began; a later change of the service's own does not concern it. */
  readonly deploymentConfiguration: DeploymentConfiguration;
  readonly rollback?: { readonly reason: string; readonly startedAt: number; readonly revisionId: string };
  readonly circuitBreaker?: { readonly failureCount: number; readonly threshold: number; readonly triggered: boolean };
  readonly triggeredAlarmNames?: readonly string[];
  /** One of its alarms was in ALARM already when it began: they do not concern it. */
  readonly alarmsIgnored?: true;
  /** The weights of the new revision by which load balancers send traffic, once they do. */
  readonly appliedTraffic?: Pick<RevisionCounts, "testTrafficWeight" | "productionTrafficWeight">;
  /** Every run of a hook so far. */
  readonly hooks: readonly LifecycleHookState[];
}

/** Tasks of a revision: of a deployment that goes on they are counted anew whenever somebody looks. */
export interface RevisionCounts {
  readonly revisionId: string;
  readonly requestedTaskCount: number;
  readonly runningTaskCount: number;
  readonly pendingTaskCount: number;
  /** Percent of the traffic, with deployments that shift it. */
  readonly testTrafficWeight?: number;
  readonly productionTrafficWeight?: number;
}

/** One run of a hook at one stage. */
export interface LifecycleHookState {
  readonly hookId: string;
  /** Its place in `deploymentConfiguration.lifecycleHooks`. */
  readonly index: number;
  readonly stage: HookStage;
  readonly status: "AWAITING_ACTION" | "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "TIMED_OUT";
  readonly expiresAt: number;
  readonly timeoutAction: "CONTINUE" | "ROLLBACK";
  /** It is run because the deployment is rolled back: nothing waits for it. */
  readonly rollback?: true;
  /** Of a hook that is called: not before this time. */
  readonly callAt?: number;
  /** Of a hook that is called: calls in a row that were not answered, and when the first of them was. */
  readonly unanswered?: { readonly count: number; readonly since: number };
  /** What its answers have said so far of the next call (`hookDetails`). */
  readonly hookDetails?: unknown;
  /** Why it failed: the end of a sentence. */
  readonly reason?: string;
  /** Percent of the traffic that the new revision has while it runs, at the stages that shift it. */
  readonly weight?: number;
}

/**
 * Indexes: `service` by `servicePath`; `alarm`: those that an alarm watches while they go on, by account, region and
 * the alarm's name; `shifting` has `yes` for those under way that shift traffic.
 */
export const serviceDeployments: Collection<ServiceDeploymentRecord, "service" | "alarm" | "shifting"> = {
  name: "ecs/service-deployment",
  indexes: {
    service: servicePath,
    alarm: (deployment) => {
      const { alarms } = deployment.deploymentConfiguration;
      if (!alarms?.enable || isFinished(deployment)) return undefined;
      return alarms.alarmNames.map((name) => alarmPath(deployment, name));
    },
    shifting: (record) => (isShifting(record) ? "yes" : undefined),
  },
  machines: [serviceDeploymentMachine],
};

export function alarmPath({ account, region }: World, alarmName: string): string {
  return `${account}/${region}/${alarmName}`;
}

export function serviceDeploymentKey(at: ServiceName, id: string): Key<ServiceDeploymentRecord> {
  return keyOf(serviceDeployments, at.account, at.region, at.clusterName, at.serviceName, id);
}

export function serviceDeploymentsOf(at: ServiceName): Prefix<ServiceDeploymentRecord> {
  return prefixOf(serviceDeployments, at.account, at.region, at.clusterName, at.serviceName);
}

export function serviceDeploymentArn(at: ServiceName, id: string): string {
  return ecsArn(at, `service-deployment/${at.clusterName}/${at.serviceName}/${id}`);
}

/** Whether it is under way and has load balancers send traffic by its weights. */
export function isShifting(record: ServiceDeploymentRecord): boolean {
  const { deploymentConfiguration, targetRevision } = record;
  const isWeighted =
    deploymentConfiguration.strategy !== "ROLLING" || targetRevision.productionTrafficWeight !== undefined;
  return isWeighted && !isFinished(record);
}

/**
 * All traffic has been shifted and has had its time: what the deployment replaced is being stopped, and its own
 * revision is the one in production. There is no way back from here but another deployment.
 */
export function isCleaningUp({ status, lifecycleStage }: ServiceDeploymentRecord): boolean {
  return status === "IN_PROGRESS" && lifecycleStage === "CLEAN_UP";
}

/** Whether the deployment has come to its end, one way or another. */
export function isFinished({ status }: ServiceDeploymentRecord): boolean {
  return ["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"].includes(status);
}
