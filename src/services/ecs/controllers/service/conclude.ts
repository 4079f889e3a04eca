import type { DeploymentRecord } from "../../model/service.ts";
import type { ServiceDeploymentRecord } from "../../model/service-deployment.ts";
import type { Draft } from "./draft.ts";
import { isAlive, isWhole, type Member } from "./health.ts";
import { shiftsStill, sourceOf, stagedDeployment } from "./stages.ts";
import { noteSteadiness } from "./steadiness.ts";
import { rolloutReasons } from "./words.ts";

/** What has come to its end: deployments without tasks are dropped, a rollout is completed, a steady state is told. */
export function conclude(draft: Draft, members: readonly Member[]): void {
  const running = members.filter(({ task }) =>
    ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"].includes(task.value.lastStatus),
  );
  const source = keptSource(draft);
  const isKept = ({ id, status, desiredCount = 0 }: DeploymentRecord) =>
    status === "PRIMARY" || id === source || desiredCount > 0 || running.some((each) => each.deploymentId === id);
  const kept = draft.service.deployments.filter(isKept);
  if (kept.length < draft.service.deployments.length) draft.change({ deployments: kept });
  const settled = isSettled(draft, members);
  if (isSuccessful(draft, members, settled)) complete(draft);
  const rebalances = draft.service.rebalancing !== undefined;
  noteSteadiness(draft, settled && draft.primary.rolloutState === "COMPLETED" && !rebalances);
}

/** All wanted tasks are there and healthy, no other is left, and nothing is to be done. */
function isSettled(draft: Draft, members: readonly Member[]): boolean {
  const { service, primary } = draft;
  if (draft.start.length > 0 || draft.stop.length > 0 || draft.waitsForRetry) return false;
  if (service.deployments.length > 1 || primary.rolloutState === "FAILED") return false;
  // Once it is completed nobody would see to that.
  if (primary.rolloutState === "IN_PROGRESS" && shiftsStill(draft)) return false;
  return isWhole(members.filter(isAlive), service.desiredCount);
}

/** The deployment that traffic may go back to stays, though none of its tasks should live, until the last stage. */
function keptSource(draft: Draft): string | undefined {
  const staged = stagedDeployment(draft);
  if (staged?.status !== "IN_PROGRESS" || staged.lifecycleStage === "CLEAN_UP") return undefined;
  return sourceOf(draft)?.id;
}

/** Settled, or as far as `earlySuccessCriteria` ask; and then for the bake time. */
function isSuccessful(draft: Draft, members: readonly Member[], settled: boolean): boolean {
  const deployment = draft.serviceDeployment(draft.primary.serviceDeploymentId);
  if (deployment === undefined || deployment.deploymentConfiguration.strategy !== "ROLLING") return settled;
  if (draft.primary.rolloutState !== "IN_PROGRESS" || deployment.status !== "IN_PROGRESS") return settled;
  const { bakeTimeInMinutes } = deployment.deploymentConfiguration;
  const ready = settled || isEarly(draft, deployment, members);
  if (!ready || bakeTimeInMinutes === 0) return ready;
  const { lifecycleStage, stageSince = draft.view.now } = deployment;
  const end = stageSince + bakeTimeInMinutes * 60_000;
  if (lifecycleStage !== "BAKE_TIME") {
    draft.changeServiceDeployment(deployment, { lifecycleStage: "BAKE_TIME", stageSince: draft.view.now });
  }
  if (draft.view.now < end || lifecycleStage !== "BAKE_TIME") {
    draft.looks.push(end);
    draft.waits.push({ on: "bake", until: end });
  }
  return lifecycleStage === "BAKE_TIME" && draft.view.now >= end;
}

/** "DeploymentEarlySuccessCriteria": enough new tasks are healthy, and, if that is to be, no old one is left. */
function isEarly(draft: Draft, deployment: ServiceDeploymentRecord, members: readonly Member[]): boolean {
  const criteria = deployment.deploymentConfiguration.earlySuccessCriteria;
  if (criteria === undefined) return false;
  const { service, primary } = draft;
  if (criteria.sourceServiceRevisionCleanup === "BLOCKING" && service.deployments.length > 1) return false;
  const healthy = members.filter((each) => each.deploymentId === primary.id && each.condition === "healthy").length;
  return healthy >= Math.ceil((service.desiredCount * criteria.healthyPercent) / 100);
}

function complete(draft: Draft): void {
  const { primary } = draft;
  if (primary.rolloutState !== "IN_PROGRESS") return;
  const history = draft.serviceDeployment(primary.serviceDeploymentId);
  const before = draft.view.serviceDeployments.get(primary.serviceDeploymentId)?.status;
  // What begins, or is rolled back, in this very plan is completed at the next look.
  if (history?.status !== before) return;
  draft.changeDeployment(primary.id, completion(primary.id));
  draft.change({ completedRevisionId: primary.revisionId });
  draft.tell((words) => words.completed(primary.id));
  if (history === undefined) return;
  draft.endServiceDeployment(history, history.status === "IN_PROGRESS" ? "SUCCESSFUL" : "ROLLBACK_SUCCESSFUL");
}

/** What a deployment has when it is completed. */
export function completion(id: string) {
  return { rolloutState: "COMPLETED", rolloutStateReason: rolloutReasons.completed(id), failedTasks: 0 } as const;
}
