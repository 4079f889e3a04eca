import type { DeploymentRecord } from "../../model/service.ts";
import { isCleaningUp, type ServiceDeploymentRecord } from "../../model/service-deployment.ts";
import { alarmsOf, triggeredAlarms } from "./alarms.ts";
import { failureThreshold } from "./breaker.ts";
import type { Draft } from "./draft.ts";
import type { Member } from "./health.ts";
import { rollbackHooks } from "./hook-runs.ts";
import { keepWhatWorks } from "./sources.ts";
import { rollbackReasons, rolloutReasons } from "./words.ts";

/** What becomes of deployments by themselves: they begin, are superseded, stopped, fail, and are rolled back. */
export function steer(draft: Draft, members: readonly Member[]): void {
  const current = draft.primary.serviceDeploymentId;
  for (const [id, deployment] of draft.view.serviceDeployments) {
    if (id !== current) endSuperseded(draft, deployment);
  }
  const deployment = draft.serviceDeployment(current);
  if (deployment === undefined) return;
  switch (deployment.status) {
    case "PENDING":
      draft.changeServiceDeployment(deployment, {
        status: "IN_PROGRESS",
        startedAt: draft.view.now,
        ...(triggeredAlarms(deployment, draft.view).length > 0 && { alarmsIgnored: true }),
      });
      keepWhatWorks(draft, members);
      bringSource(draft, deployment);
      return;
    case "STOP_REQUESTED":
      draft.endServiceDeployment(deployment, "STOPPED", "The deployment was stopped by a user.");
      draft.changeDeployment(draft.primary.id, {
        rolloutState: "FAILED",
        rolloutStateReason: rolloutReasons.failed.request,
      });
      return;
    case "ROLLBACK_REQUESTED":
      rollBack(draft, deployment, { why: rollbackReasons.request, cause: "request" });
      return;
    case "IN_PROGRESS":
      if (isCleaningUp(deployment)) return;
      if (!failByAlarm(draft, deployment)) breakCircuit(draft, deployment);
      return;
    default:
      return;
  }
}

/** A newer deployment has been started: this one was completed by that if it was cleaning up (`afterCleanUp`). */
function endSuperseded(draft: Draft, deployment: ServiceDeploymentRecord): void {
  const { deployments, completedRevisionId } = draft.service;
  if (!isCleaningUp(deployment) || deployment.targetRevision.revisionId !== completedRevisionId) {
    draft.endServiceDeployment(deployment, "STOPPED", "A newer deployment was started.");
    return;
  }
  draft.endServiceDeployment(deployment, "SUCCESSFUL");
  const completed = deployments.find(({ serviceDeploymentId }) => serviceDeploymentId === deployment.id);
  if (completed !== undefined) draft.tell((words) => words.completed(completed.id));
}

/**
 * A deployment that shifts traffic begins from the last completed revision. When the last task of that is gone, as when
 * one that was not completed has taken its place, it is brought back: else nobody would shift the traffic.
 */
function bringSource(
  draft: Draft,
  { id: serviceDeploymentId, deploymentConfiguration }: ServiceDeploymentRecord,
): void {
  const { service, primary, view } = draft;
  const { completedRevisionId: revisionId, deployments } = service;
  if (deploymentConfiguration.strategy === "ROLLING" || revisionId === undefined) return;
  if (deployments.some((each) => each.revisionId === revisionId)) return;
  const id = view.newDeploymentId;
  const source: DeploymentRecord = {
    ...{ id, status: "ACTIVE", revisionId, serviceDeploymentId, failedTasks: 0 },
    ...{ rolloutState: "COMPLETED", rolloutStateReason: rolloutReasons.completed(id) },
    desiredCount: service.desiredCount,
    ...{ createdAt: view.now, updatedAt: view.now },
  };
  draft.change({ deployments: [primary, source, ...deployments.filter((each) => each.id !== primary.id)] });
}

/** Fails the deployment when one of its alarms has gone off, in its bake time too; true when it has. */
function failByAlarm(draft: Draft, deployment: ServiceDeploymentRecord): boolean {
  if (draft.primary.rolloutState !== "IN_PROGRESS") return false;
  const triggeredAlarmNames = triggeredAlarms(deployment, draft.view);
  if (triggeredAlarmNames.length === 0) return false;
  draft.changeServiceDeployment(deployment, { triggeredAlarmNames });
  const told = draft.serviceDeployment(deployment.id)!;
  draft.tell((words) => words.failed(draft.primary.id, "alarm detected"));
  if (alarmsOf(deployment)!.rollback) rollBack(draft, told, { why: rollbackReasons.alarm, cause: "alarm" });
  else fail(draft, told, rolloutReasons.failed.alarm);
  return true;
}

/** The circuit breaker: fails the deployment when too many of its tasks have failed one after the other. */
function breakCircuit(draft: Draft, deployment: ServiceDeploymentRecord): void {
  const breaker = draft.service.deploymentConfiguration.deploymentCircuitBreaker;
  const { primary } = draft;
  if (!breaker?.enable || primary.rolloutState !== "IN_PROGRESS") return;
  const threshold = failureThreshold(breaker.thresholdConfiguration, draft.service.desiredCount);
  const triggered = primary.failedTasks >= threshold;
  const seen = { failureCount: primary.failedTasks, threshold, triggered };
  const known = deployment.circuitBreaker;
  if (known?.failureCount !== seen.failureCount || known.threshold !== threshold || triggered) {
    draft.changeServiceDeployment(deployment, { circuitBreaker: seen });
  }
  if (!triggered) return;
  const counted = draft.serviceDeployment(deployment.id)!;
  draft.tell((words) => words.failed(primary.id, "tasks failed to start"));
  if (breaker.rollback) rollBack(draft, counted, { why: rollbackReasons.breaker, cause: "breaker" });
  else fail(draft, counted, rolloutReasons.failed.breaker);
}

/** No more tasks of it are started; what runs stays. */
function fail(
  draft: Draft,
  deployment: ServiceDeploymentRecord,
  reason: string,
  { status, statusReason }: Failure = { status: "STOPPED", statusReason: reason },
): void {
  draft.changeDeployment(draft.primary.id, { rolloutState: "FAILED", rolloutStateReason: reason });
  draft.endServiceDeployment(deployment, status, statusReason);
}

/** What the deployment's history says of it. */
interface Failure {
  readonly status: "STOPPED" | "ROLLBACK_FAILED";
  readonly statusReason: string;
}

export interface RollbackCause {
  /** `rollback.reason` of the deployment's history. */
  readonly why: string;
  readonly cause: "breaker" | "alarm" | "hook" | "request";
}

/** Makes the last completed revision the wanted one again: its own deployment while that is still there. */
export function rollBack(draft: Draft, deployment: ServiceDeploymentRecord, { why, cause }: RollbackCause): void {
  const { service, primary: failed, view } = draft;
  const revisionId = service.completedRevisionId;
  if (revisionId === undefined || revisionId === failed.revisionId) {
    const statusReason = rollbackReasons.noCandidate;
    fail(draft, deployment, rolloutReasons.failed[cause], { status: "ROLLBACK_FAILED", statusReason });
    return;
  }
  const target = rollbackTarget(draft, deployment.id, revisionId, cause);
  const given: DeploymentRecord = {
    ...failed,
    status: "ACTIVE",
    rolloutState: "FAILED",
    rolloutStateReason: rolloutReasons.failed[cause],
    updatedAt: view.now,
  };
  const others = service.deployments.filter(({ id }) => id !== failed.id && id !== target.id);
  draft.change({ steady: false, deployments: [target, given, ...others] });
  draft.changeServiceDeployment(deployment, {
    status: "ROLLBACK_IN_PROGRESS",
    statusReason: why,
    rollback: { reason: why, startedAt: view.now, revisionId },
    hooks: [...deployment.hooks, ...rollbackHooks(deployment, view.now)],
    ...trafficBack(deployment, revisionId),
  });
  draft.tell((words) => words.rollingBack(target.id));
}

function rollbackTarget(
  { service, view }: Draft,
  serviceDeploymentId: string,
  revisionId: string,
  cause: RollbackCause["cause"],
): DeploymentRecord {
  const earlier = service.deployments.find((each) => each.status === "ACTIVE" && each.revisionId === revisionId);
  const id = earlier?.id ?? view.newDeploymentId;
  const reason = rolloutReasons.rollingBack(cause, id);
  return {
    id,
    status: "PRIMARY",
    revisionId,
    serviceDeploymentId,
    desiredCount: service.desiredCount,
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: reason,
    createdAt: earlier?.createdAt ?? view.now,
    updatedAt: view.now,
    failedTasks: 0,
  };
}

/** Of a deployment that shifts traffic: all of it goes to the old revision again. */
function trafficBack(deployment: ServiceDeploymentRecord, revisionId: string): Partial<ServiceDeploymentRecord> {
  if (deployment.deploymentConfiguration.strategy === "ROLLING") return {};
  const none = { testTrafficWeight: 0, productionTrafficWeight: 0 };
  const all = { testTrafficWeight: 100, productionTrafficWeight: 100 };
  return {
    targetRevision: { ...deployment.targetRevision, ...none },
    sourceRevisions: deployment.sourceRevisions.map((source) => ({
      ...source,
      ...(source.revisionId === revisionId ? all : none),
    })),
  };
}
