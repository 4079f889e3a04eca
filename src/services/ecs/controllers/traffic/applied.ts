import { isDeepStrictEqual } from "node:util";
import type { Store } from "#kernel/store.ts";
import { serviceRevisionKey, serviceRevisions } from "../../model/service.ts";
import type { ServiceDeploymentRecord } from "../../model/service-deployment.ts";
import { weightsOf } from "./plan.ts";

/** Whether load balancers send traffic by the weights of a deployment; without any there is nothing to wait for. */
export function trafficApplied(store: Pick<Store, "view">, deployment: ServiceDeploymentRecord): boolean {
  const key = serviceRevisionKey(deployment, deployment.targetRevision.revisionId);
  const balancers = store.view(serviceRevisions).get(key)?.value.loadBalancers ?? [];
  const weights = weightsOf(deployment);
  if (Object.keys(weights).length === 0 || balancers.every((each) => each.advancedConfiguration === undefined)) {
    return true;
  }
  return isDeepStrictEqual(deployment.appliedTraffic, weights);
}
