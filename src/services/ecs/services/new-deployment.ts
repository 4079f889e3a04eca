import type { RequestContext } from "#kernel/handler.ts";
import type { Put } from "#kernel/store.ts";
import { rolloutReasons } from "../controllers/service/words.ts";
import {
  type DeploymentRecord,
  type ServiceName,
  type ServiceRecord,
  type ServiceRevisionRecord,
  serviceRevisionKey,
} from "../model/service.ts";
import { type ServiceDeploymentRecord, serviceDeploymentKey } from "../model/service-deployment.ts";
import { newDeploymentId, newNumber } from "./numbers.ts";
import type { RevisionContent } from "./revision.ts";
import { revisionTargetGroups } from "./target-groups.ts";

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
  const history = newHistory(ctx, service, revision.id, earlier);
  const id = newDeploymentId(ctx);
  return {
    deployment: {
      id,
      status: "PRIMARY",
      revisionId: revision.id,
      serviceDeploymentId: history.id,
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
  revisionId: string,
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
    targetRevision: { revisionId, ...counts, requestedTaskCount: service.desiredCount },
    hooks: [],
  };
}

/** The service's deployments with a new PRIMARY one: what was PRIMARY is being replaced from now on. */
export function withDeployment(service: ServiceRecord, deployment: DeploymentRecord): ServiceRecord {
  const earlier = service.deployments.map((each) => ({ ...each, status: "ACTIVE" }) as const);
  const { told: _, ...rest } = service;
  return { ...rest, steady: false, deployments: [deployment, ...earlier] };
}
