import type { DeploymentRecord } from "../../model/service.ts";
import {
  type LifecycleStage,
  lifecycleStages,
  type RevisionCounts,
  type ServiceDeploymentRecord,
} from "../../model/service-deployment.ts";
import type { Draft } from "./draft.ts";
import { isAlive, type Member, serves } from "./health.ts";
import { hooksOf } from "./hook-runs.ts";
import { runHooks } from "./hooks.ts";
import { boundsOf } from "./rolling.ts";
import { nextWeight, stepBakeMs } from "./traffic.ts";
import type { ServiceWait } from "./waits.ts";

/*
 * Deployments that shift traffic go through stages, one after the other ("Amazon ECS blue/green deployments"). The blue
 * revision is the one that was completed last, the green one that of the PRIMARY deployment. Each stage runs its hooks,
 * then does its work, then makes way for the next. ROLLING has no stages.
 */

/** The history of the deployment under way, when it has stages. */
export function stagedDeployment(draft: Draft): ServiceDeploymentRecord | undefined {
  const deployment = draft.serviceDeployment(draft.primary.serviceDeploymentId);
  if (deployment === undefined || deployment.deploymentConfiguration.strategy === "ROLLING") return undefined;
  if (deployment.status === "ROLLBACK_IN_PROGRESS") return deployment;
  return deployment.status === "IN_PROGRESS" && sourceOf(draft) !== undefined ? deployment : undefined;
}

/** The deployment that is being replaced: the first deployment of a service replaces none, and has no stages. */
export function sourceOf({ service, primary }: Draft): DeploymentRecord | undefined {
  return service.deployments.find(
    ({ id, revisionId }) => id !== primary.id && revisionId === service.completedRevisionId,
  );
}

/** Load balancers do not follow the weights of the deployment under way yet. */
export function shiftsStill(draft: Draft): boolean {
  const history = draft.serviceDeployment(draft.primary.serviceDeploymentId);
  return history?.targetRevision.productionTrafficWeight !== undefined && !draft.view.trafficApplied(history);
}

export function planStages(draft: Draft, members: readonly Member[]): void {
  const deployment = stagedDeployment(draft);
  if (deployment?.status !== "IN_PROGRESS" || draft.primary.rolloutState !== "IN_PROGRESS") return;
  const stage = deployment.lifecycleStage;
  if (stage === undefined) {
    // Revisions that are neither the old nor the new one are left of a deployment that this one has put an end to.
    enter(draft, deployment, draft.service.deployments.length > 2 ? "RECONCILE_SERVICE" : "PRE_SCALE_UP");
    return;
  }
  if (runHooks(draft, deployment, { stage }) !== "done") return;
  if (!work[stage](draft, deployment, members)) return;
  const next = lifecycleStages[lifecycleStages.indexOf(stage) + 1];
  if (next !== undefined) enter(draft, draft.serviceDeployment(deployment.id)!, next);
}

type Work = (draft: Draft, deployment: ServiceDeploymentRecord, members: readonly Member[]) => boolean;

const atOnce: Work = () => true;
const applied: Work = (draft, deployment) => {
  const done = draft.view.trafficApplied(deployment);
  if (!done) draft.waits.push({ on: "traffic" });
  return done;
};

/** What each stage does; true when it is done. Tasks are started and stopped by `planStaged`. */
const work: Readonly<Record<LifecycleStage, Work>> = {
  // What is left of an earlier deployment goes, unless it is needed: where the old revision does not work it does the
  // work, and stays until the new one does.
  RECONCILE_SERVICE: (draft, deployment, members) => {
    if (!applied(draft, deployment, members)) return false;
    const source = sourceOf(draft)?.id;
    const serving = members.filter((member) => member.deploymentId === source && serves(member)).length;
    return draft.service.deployments.length <= 2 || serving < boundsOf(draft.service).floor;
  },
  PRE_SCALE_UP: atOnce,
  SCALE_UP: ({ service, primary, waits }, _, members) => {
    const own = members.filter((member) => isAlive(member) && member.deploymentId === primary.id);
    const healthy = own.filter(({ condition }) => condition === "healthy").length;
    if (healthy >= service.desiredCount) return true;
    waits.push({ on: "scale-up", healthy, wanted: service.desiredCount });
    return false;
  },
  POST_SCALE_UP: atOnce,
  TEST_TRAFFIC_SHIFT: applied,
  POST_TEST_TRAFFIC_SHIFT: atOnce,
  PRODUCTION_TRAFFIC_SHIFT: shiftProduction,
  POST_PRODUCTION_TRAFFIC_SHIFT: atOnce,
  BAKE_TIME: (draft, { deploymentConfiguration, stageSince }) =>
    isOver(draft, { on: "bake", until: stageSince! + deploymentConfiguration.bakeTimeInMinutes * 60_000 }),
  // The deployment is completed, see `conclude.ts`, when its predecessor is gone.
  CLEAN_UP: () => false,
};

/** Whether the time has come; else the plan is to look again then. */
function isOver(draft: Draft, wait: ServiceWait & { readonly until: number }): boolean {
  if (draft.view.now >= wait.until) return true;
  draft.looks.push(wait.until);
  draft.waits.push(wait);
  return false;
}

/** One step further, when the one before has been applied and has had its time, and the hooks of both agree. */
function shiftProduction(draft: Draft, deployment: ServiceDeploymentRecord, members: readonly Member[]): boolean {
  const { deploymentConfiguration, stageSince } = deployment;
  const weight = deployment.targetRevision.productionTrafficWeight ?? 0;
  if (!applied(draft, deployment, members)) return false;
  const shifted = { stage: "PRODUCTION_TRAFFIC_SHIFT", step: weight } as const;
  if (weight > 0 && runHooks(draft, deployment, shifted) !== "done") return false;
  if (weight >= 100) return true;
  const until = stageSince! + stepBakeMs(deploymentConfiguration, weight);
  if (!isOver(draft, { on: "traffic-step", weight, until })) return false;
  const before = { stage: "PRE_PRODUCTION_TRAFFIC_SHIFT", step: weight } as const;
  if (runHooks(draft, deployment, before) !== "done") return false;
  const next = nextWeight(deploymentConfiguration, weight);
  setWeights(draft, draft.serviceDeployment(deployment.id)!, { productionTrafficWeight: next });
  return false;
}

function enter(draft: Draft, deployment: ServiceDeploymentRecord, stage: LifecycleStage): void {
  draft.changeServiceDeployment(deployment, {
    lifecycleStage: stage,
    stageSince: draft.view.now,
    // Those of the shift of production traffic run at each of its steps.
    hooks: [
      ...deployment.hooks,
      ...(stage === "PRODUCTION_TRAFFIC_SHIFT" ? [] : hooksOf(deployment, { stage }, draft.view.now)),
    ],
  });
  const entered = draft.serviceDeployment(deployment.id)!;
  // What an earlier deployment, cut short, has shifted goes back to the old revision first.
  const first = deployment.lifecycleStage === undefined;
  if (first) setWeights(draft, entered, { testTrafficWeight: 0, productionTrafficWeight: 0 });
  if (stage === "TEST_TRAFFIC_SHIFT") setWeights(draft, entered, { testTrafficWeight: 100 });
}

type Weights = Pick<RevisionCounts, "testTrafficWeight" | "productionTrafficWeight">;

/** Gives the new revision these weights, and the old one the rest. */
function setWeights(draft: Draft, deployment: ServiceDeploymentRecord, weights: Weights): void {
  const rest = Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, 100 - weight])) as Weights;
  const { completedRevisionId } = draft.service;
  draft.changeServiceDeployment(deployment, {
    stageSince: draft.view.now,
    targetRevision: { ...deployment.targetRevision, ...weights },
    sourceRevisions: deployment.sourceRevisions.map((source) =>
      source.revisionId === completedRevisionId ? { ...source, ...rest } : source,
    ),
  });
}
