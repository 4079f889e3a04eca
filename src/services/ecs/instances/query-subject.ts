import type { Store } from "#kernel/store.ts";
import type { QuerySubject } from "#placement/index.ts";
import type { ContainerInstanceRecord } from "../model/container-instance.ts";
import { tasks } from "../model/task.ts";
import { attributesOfInstance } from "./output.ts";

/** A container instance as an expression of the cluster query language sees it. */
export function querySubject(store: Pick<Store, "view">, instance: ContainerInstanceRecord): QuerySubject {
  const attributes = new Map(attributesOfInstance(store, instance).map(({ name, value = "" }) => [name, value]));
  const own = store.view(tasks).by("instance", instance.containerInstanceArn);
  const groups = new Set(own.map(({ value }) => value.group));
  return {
    agentConnected: instance.agentConnected,
    agentVersion: instance.agentVersion,
    ec2InstanceId: instance.ec2InstanceId,
    registeredAt: instance.registeredAt,
    runningTasksCount: own.filter(({ value }) => value.lastStatus === "RUNNING").length,
    attribute: (name) => attributes.get(name),
    hasTaskOf: (group) => groups.has(group),
    taskGroups: () => groups,
  };
}
