import type { StateMachine } from "#kernel/store.ts";
import type { ClusterRecord } from "./model/cluster.ts";
import type { ContainerInstanceRecord } from "./model/container-instance.ts";
import type { DaemonTaskDefinitionRecord } from "./model/daemon-task-definition.ts";
import type { ServiceRecord } from "./model/service.ts";
import type { ServiceDeploymentRecord } from "./model/service-deployment.ts";
import type { TaskRecord, TaskStatus } from "./model/task.ts";
import type { TaskDefinitionRecord } from "./model/task-definition.ts";
import type { TaskSetRecord } from "./model/task-set.ts";

/**
 * A deleted cluster is INACTIVE: it may be made again under its name by the API, or forgotten by its controller.
 * PROVISIONING and DEPROVISIONING are for capacity that has first to be found or given back.
 */
export const clusterMachine: StateMachine<ClusterRecord> = {
  state: (cluster) => cluster.status,
  initial: ["ACTIVE", "PROVISIONING"],
  transitions: {
    api: [
      ["ACTIVE", "INACTIVE"],
      ["ACTIVE", "DEPROVISIONING"],
      ["INACTIVE", "ACTIVE"],
      ["INACTIVE", "PROVISIONING"],
    ],
    "ecs.cluster": [
      ["PROVISIONING", "ACTIVE"],
      ["DEPROVISIONING", "INACTIVE"],
      ["INACTIVE", "ACTIVE"],
      ["INACTIVE", "DELETED"],
    ],
  },
};

/** Users drain container instances, take them into use again and deregister them; what is deregistered is forgotten. */
export const containerInstanceMachine: StateMachine<ContainerInstanceRecord> = {
  state: (instance) => instance.status,
  initial: ["ACTIVE"],
  transitions: {
    api: [
      ["ACTIVE", "DRAINING"],
      ["DRAINING", "ACTIVE"],
      ["ACTIVE", "INACTIVE"],
      ["DRAINING", "INACTIVE"],
    ],
    "ecs.container-instance": [["INACTIVE", "DELETED"]],
  },
};

/** A deregistered revision goes on serving those who use it; one whose deletion was asked for goes when none does. */
export const taskDefinitionMachine: StateMachine<TaskDefinitionRecord> = {
  state: (taskDefinition) => taskDefinition.status,
  initial: ["ACTIVE"],
  transitions: {
    api: [
      ["ACTIVE", "INACTIVE"],
      ["INACTIVE", "DELETE_IN_PROGRESS"],
    ],
    "ecs.task-definition": [["DELETE_IN_PROGRESS", "DELETED"]],
  },
};

/**
 * Every legal `lastStatus` transition, under the one component that may make it ("Amazon ECS task lifecycle").
 * Each state is left by one component only.
 */
export const taskTransitions = {
  /** Finds a host and makes the network interface. */
  "ecs.scheduler": [
    ["PROVISIONING", "PENDING"],
    ["PROVISIONING", "DEPROVISIONING"],
  ],
  /** Follows what the agent reports and what the user wants. */
  "ecs.task": [
    ["PENDING", "ACTIVATING"],
    ["PENDING", "STOPPING"],
    ["ACTIVATING", "RUNNING"],
    ["ACTIVATING", "DEACTIVATING"],
    ["RUNNING", "DEACTIVATING"],
    ["DEACTIVATING", "STOPPING"],
    ["STOPPING", "DEPROVISIONING"],
    ["DEPROVISIONING", "STOPPED"],
  ],
  /** Removes the record when it has been visible long enough. */
  "ecs.reaper": [["STOPPED", "DELETED"]],
} as const satisfies Record<string, readonly (readonly [TaskStatus, TaskStatus | "DELETED"])[]>;

export const taskMachine: StateMachine<TaskRecord> = {
  state: (task) => task.lastStatus,
  initial: ["PROVISIONING"],
  transitions: taskTransitions,
};

/** A deleted service drains; when its tasks are gone it is shown a while longer, or made again under its name. */
export const serviceMachine: StateMachine<ServiceRecord> = {
  state: (service) => service.status,
  initial: ["ACTIVE"],
  transitions: {
    api: [
      ["ACTIVE", "DRAINING"],
      ["INACTIVE", "ACTIVE"],
    ],
    "ecs.service": [["DRAINING", "INACTIVE"]],
    "ecs.service-reaper": [["INACTIVE", "DELETED"]],
  },
};

/** Users ask for a stop or a rollback; all else is the scheduler's ("View service history": states of deployments). */
export const serviceDeploymentMachine: StateMachine<ServiceDeploymentRecord> = {
  state: (deployment) => deployment.status,
  initial: ["PENDING"],
  transitions: {
    api: [
      ["PENDING", "STOP_REQUESTED"],
      ["PENDING", "ROLLBACK_REQUESTED"],
      ["IN_PROGRESS", "STOP_REQUESTED"],
      ["IN_PROGRESS", "ROLLBACK_REQUESTED"],
    ],
    "ecs.service": [
      ["PENDING", "IN_PROGRESS"],
      ["PENDING", "STOPPED"],
      ["IN_PROGRESS", "SUCCESSFUL"],
      ["IN_PROGRESS", "STOPPED"],
      ["IN_PROGRESS", "ROLLBACK_IN_PROGRESS"],
      ["IN_PROGRESS", "ROLLBACK_FAILED"],
      ["STOP_REQUESTED", "STOPPED"],
      ["ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"],
      ["ROLLBACK_REQUESTED", "ROLLBACK_FAILED"],
      ["ROLLBACK_REQUESTED", "STOPPED"],
      ["ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL"],
      ["ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED"],
      ["ROLLBACK_IN_PROGRESS", "STOPPED"],
    ],
    "ecs.service-reaper": [
      ["SUCCESSFUL", "DELETED"],
      ["STOPPED", "DELETED"],
      ["ROLLBACK_SUCCESSFUL", "DELETED"],
      ["ROLLBACK_FAILED", "DELETED"],
    ],
  },
};

/** Users make and delete task sets and say which one is PRIMARY; the scheduler takes away what has no tasks left. */
export const taskSetMachine: StateMachine<TaskSetRecord> = {
  state: (taskSet) => taskSet.status,
  initial: ["ACTIVE"],
  transitions: {
    api: [
      ["ACTIVE", "PRIMARY"],
      ["PRIMARY", "ACTIVE"],
      ["ACTIVE", "DRAINING"],
      ["PRIMARY", "DRAINING"],
    ],
    "ecs.service": [["DRAINING", "DELETED"]],
  },
};

/** A revision whose deletion was asked for goes when no daemon uses it. */
export const daemonTaskDefinitionMachine: StateMachine<DaemonTaskDefinitionRecord> = {
  state: (taskDefinition) => taskDefinition.status,
  initial: ["ACTIVE"],
  transitions: {
    api: [["ACTIVE", "DELETE_IN_PROGRESS"]],
    "ecs.daemon-task-definition": [["DELETE_IN_PROGRESS", "DELETED"]],
  },
};
