import type { RequestContext } from "#kernel/handler.ts";
import type { Put } from "#kernel/store.ts";
import { completion } from "../controllers/service/conclude.ts";
import { rolloutReasons } from "../controllers/service/words.ts";
import {
  type DeploymentRecord,
  primaryOf,
  type ServiceName,
  type ServiceRecord,
  type ServiceRevisionRecord,
  serviceRevisionKey,
  serviceRevisions,
} from "../model/service.ts";
import {
  isCleaningUp,
  type ServiceDeploymentRecord,
  serviceDeploymentKey,
  serviceDeployments,
} from "../model/service-deployment.ts";
import { newDeploymentId, newNumber } from "./numbers.ts";
import type { RevisionContent } from "./revision.ts";
import { groupsOf, revisionTargetGroups } from "./target-groups.ts";

export interface NewDeployment {
  readonly deployment: DeploymentRecord;
  /** The records of the revision and of the deployment's history. */
  readonly put: readonly Put[];
}

/** A deployment of a service that is about to begin, with a revision of its own. */
export function newDeployment(
  ctx: RequestContext,
  service: Omit<ServiceRecord, "deployments">,
  content: RevisionContent,
  earlier: readonly DeploymentRecord[],
): NewDeployment {
  const now = ctx.clock.now();
  const targetGroups = revisionTargetGroups(ctx.store, service, content.loadBalancers);
  const revision = newRevision(ctx, service, content, targetGroups);
  const history = newHistory(ctx, service, revision, earlier);
  const id = newDeploymentId(ctx);
  return {
    deployment: {
      id,
      status: "PRIMARY",
      revisionId: revision.id,
      serviceDeploymentId: history.id,
      desiredCount: service.desiredCount,
      rolloutState: "IN_PROGRESS",
      rolloutStateReason: rolloutReasons.inProgress(id),
      createdAt: now,
      updatedAt: now,
      failedTasks: 0,
    },
    put: [
      { key: serviceRevisionKey(service, revision.id), value: revision },
      { key: serviceDeploymentKey(service, history.id), value: history },
    ],
  };
}

export function newRevision(
  ctx: RequestContext,
  { account, region, clusterName, serviceName }: ServiceName,
  content: RevisionContent,
  targetGroups: readonly string[] = [],
): ServiceRevisionRecord {
  return {
    ...{ account, region, clusterName, serviceName, id: newNumber(ctx) },
    ...content,
    ...(targetGroups.length > 0 && { targetGroups }),
    createdAt: ctx.clock.now(),
  };
}

function newHistory(
  ctx: RequestContext,
  service: Omit<ServiceRecord, "deployments">,
  revision: ServiceRevisionRecord,
  earlier: readonly DeploymentRecord[],
): ServiceDeploymentRecord {
  const { account, region, clusterName, serviceName, deploymentConfiguration } = service;
  const counts = { requestedTaskCount: 0, runningTaskCount: 0, pendingTaskCount: 0 };
  const sources = [...new Set(earlier.map((deployment) => deployment.revisionId))];
  return {
    ...{ account, region, clusterName, serviceName, deploymentConfiguration },
    id: newNumber(ctx),
    status: "PENDING",
    createdAt: ctx.clock.now(),
    updatedAt: ctx.clock.now(),
    sourceRevisions: sources.map((id) => ({ revisionId: id, ...counts })),
    targetRevision: {
      ...{ revisionId: revision.id, ...counts, requestedTaskCount: service.desiredCount },
      ...(endsShift(ctx, service, revision, sources) && { testTrafficWeight: 100, productionTrafficWeight: 100 }),
    },
    hooks: [],
  };
}

/**
 * Whether it replaces tasks by turns, and puts an end to a deployment that shifted traffic: then all of it goes to the
 * target groups in which its tasks are, and what has been shifted goes back.
 */
function endsShift(
  { store }: RequestContext,
  service: Omit<ServiceRecord, "deployments">,
  revision: ServiceRevisionRecord,
  sources: readonly string[],
): boolean {
  if (service.deploymentConfiguration.strategy !== "ROLLING") return false;
  const own = groupsOf(revision).join();
  const before = sources.flatMap(
    (id) => store.view(serviceRevisions).get(serviceRevisionKey(service, id))?.value ?? [],
  );
  return own !== "" && before.some((each) => groupsOf(each).length > 0 && groupsOf(each).join() !== own);
}

/**
 * The service as a new deployment finds it: one that only cleans up has done its work. Else the new one would put an
 * end to it as to any other, and send the traffic back to tasks that are going.
 */
export function afterCleanUp({ store }: RequestContext, service: ServiceRecord): ServiceRecord {
  const primary = primaryOf(service)!;
  const key = serviceDeploymentKey(service, primary.serviceDeploymentId);
  const history = store.view(serviceDeployments).get(key)?.value;
  if (history === undefined || !isCleaningUp(history) || primary.rolloutState !== "IN_PROGRESS") return service;
  const completed = { ...primary, ...completion(primary.id) };
  return {
    ...service,
    completedRevisionId: primary.revisionId,
    deployments: service.deployments.map((each) => (each === primary ? completed : each)),
  };
}

/** The service's deployments with a new PRIMARY one: what was PRIMARY is being replaced from now on. */
export function withDeployment(service: ServiceRecord, deployment: DeploymentRecord): ServiceRecord {
  const earlier = service.deployments.map((each) => ({ ...each, status: "ACTIVE" }) as const);
  const { told: _, ...rest } = service;
  return { ...rest, steady: false, deployments: [deployment, ...earlier] };
}
