import type { Store } from "#kernel/store.ts";
import { weightsOf } from "../controllers/traffic/plan.ts";
import { primaryOf, type ServiceRecord } from "../model/service.ts";
import { isFinished, serviceDeploymentKey, serviceDeployments } from "../model/service-deployment.ts";
import { taskKey, tasks } from "../model/task.ts";

type Views = Pick<Store, "view">;

/** How a deployment that shifts traffic divides what comes to a service: percent for its new revision. */
export interface Split {
  readonly production: number;
  readonly test: number;
  /** Whether a task, by its id, is of the new revision. */
  isNew(taskId: string): boolean;
}

/** Undefined: there is nothing to divide, and all tasks of the service get their share. */
export function splitOf(store: Views, service: ServiceRecord): Split | undefined {
  const primary = primaryOf(service);
  const key = primary && serviceDeploymentKey(service, primary.serviceDeploymentId);
  const deployment = key && store.view(serviceDeployments).get(key)?.value;
  if (deployment === undefined || isFinished(deployment)) return undefined;
  if (deployment.deploymentConfiguration.strategy === "ROLLING" || deployment.sourceRevisions.length === 0) {
    return undefined;
  }
  const { productionTrafficWeight: production = 0, testTrafficWeight: test = 0 } = weightsOf(deployment);
  const { revisionId } = deployment.targetRevision;
  return {
    ...{ production, test },
    isNew: (id) => store.view(tasks).get(taskKey({ ...service, id }))?.value.service?.revisionId === revisionId,
  };
}
