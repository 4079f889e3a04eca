import type { EventSource } from "#kernel/event-source.ts";
import { registeredInstance } from "../instances/output.ts";
import { type ContainerInstanceRecord, clusterArn, containerInstances } from "../model.ts";

/**
 * "ECS Container Instance State Change": each version of an instance has its event (Developer Guide, "Amazon ECS
 * container instance state change events"). What is left of it is not in the record, and not in the event.
 */
export const containerInstanceStateChanges: EventSource = {
  source: "aws.ecs",
  collection: containerInstances.name,
  toEvents({ before, after }) {
    const instance = after as ContainerInstanceRecord | undefined;
    const previous = before as ContainerInstanceRecord | undefined;
    if (instance === undefined || instance.version === previous?.version) return [];
    const { registeredAt, containerInstanceArn, clusterName } = instance;
    const detail = {
      ...registeredInstance(instance),
      attributes: instance.attributes,
      clusterArn: clusterArn(instance, clusterName),
      registeredAt: new Date(registeredAt).toISOString(),
    };
    return [{ detailType: "ECS Container Instance State Change", resources: [containerInstanceArn], detail }];
  },
};
