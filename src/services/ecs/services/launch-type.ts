import type { Store } from "#kernel/store.ts";
import { primaryOf, type ServiceRecord, serviceRevisionKey, serviceRevisions } from "../model/service.ts";
import type { LaunchType } from "../model/task.ts";
import { primaryRevision } from "./task-set-output.ts";

/**
 * The launch type of what a service runs: with a strategy of Fargate's capacity providers it is FARGATE. With the
 * EXTERNAL controller it is that of the PRIMARY task set, and EC2 without one, as AWS has it.
 */
export function launchTypeOf(store: Pick<Store, "view">, service: ServiceRecord): LaunchType | undefined {
  if (service.deploymentController === "EXTERNAL") {
    const revision = primaryRevision(store, service);
    return revision === undefined ? "EC2" : (revision.launchType ?? "FARGATE");
  }
  const primary = primaryOf(service);
  const revision = primary && store.view(serviceRevisions).get(serviceRevisionKey(service, primary.revisionId));
  return revision && (revision.value.launchType ?? "FARGATE");
}
