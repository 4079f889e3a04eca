import type { ServiceRecord, TaskRecord } from "#services/ecs/model.ts";
import type { Ledger } from "../ecs/ledger.ts";

/** An attribute that some instances have, and the only one that services of the simulation ask for. */
export const attribute = "fenced";

/** The ARNs of the container instances that are to have a task of a service with the DAEMON strategy, sorted. */
export function fitting(service: ServiceRecord, { attributes, containerInstances }: Ledger): string[] {
  const marked = new Set(
    [...attributes.values()].filter(({ name }) => name === attribute).map((each) => each.targetId),
  );
  return [...containerInstances.values()]
    .filter(({ status }) => status === "ACTIVE")
    .map(({ containerInstanceArn }) => containerInstanceArn)
    .filter((arn) => service.placementConstraints.length === 0 || marked.has(arn))
    .sort();
}

/** Whether a daemon is where it is not to be any more: on an instance that drains, is gone or does not fit. */
export function isStray(service: ServiceRecord, { containerInstanceArn }: TaskRecord, ledger: Ledger): boolean {
  return service.schedulingStrategy === "DAEMON" && !fitting(service, ledger).includes(containerInstanceArn!);
}
