import type { EventSource } from "#kernel/event-source.ts";
import { attributesOfInstance, registeredInstance, remainingResources } from "../instances/output.ts";
import { type ContainerInstanceRecord, clusterArn, containerInstances } from "../model.ts";

/**
 * "ECS Container Instance State Change": each version of an instance has its event (Developer Guide, "Amazon ECS
 * container instance state change events").
 */
export const containerInstanceStateChanges: EventSource = {
  source: "aws.ecs",
  collection: containerInstances.name,
  toEvents(change, now, after) {
    const instance = change.after as ContainerInstanceRecord | undefined;
    const previous = change.before as ContainerInstanceRecord | undefined;
    if (instance === undefined || instance.version === previous?.version) return [];
    const { registeredAt, containerInstanceArn, clusterName } = instance;
    const detail = {
      ...registeredInstance(instance),
      remainingResources: remainingResources(after, instance),
      attributes: attributesOfInstance(after, instance),
      clusterArn: clusterArn(instance, clusterName),
      registeredAt: new Date(registeredAt).toISOString(),
      updatedAt: new Date(now).toISOString(),
    };
    return [{ detailType: "ECS Container Instance State Change", resources: [containerInstanceArn], detail }];
  },
};
