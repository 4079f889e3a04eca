import type { Entry } from "#kernel/store.ts";
import type { Rollout, ServiceRecord, ServiceRevisionRecord } from "../../model/service.ts";
import type { ServiceDeploymentRecord } from "../../model/service-deployment.ts";
import type { TaskRecord } from "../../model/task.ts";
import type { TaskSetRecord } from "../../model/task-set.ts";
import type { AlarmState } from "../../services/alarms.ts";
import type { TaskTargetHealth } from "../../services/target-groups.ts";
import type { ServiceWait } from "./waits.ts";

/** What the scheduler of a service sees when it plans. Times are milliseconds since the epoch. */
export interface ServiceView {
  readonly now: number;
  /** A task without a health check counts as healthy when it has run for so long. */
  readonly settleMs: number;
  readonly service: ServiceRecord;
  /** With the EXTERNAL controller: its task sets, the eldest first. */
  readonly taskSets: readonly TaskSetRecord[];
  /** Those that its deployments and task sets name, and the one that a rollback would go back to. */
  readonly revisions: ReadonlyMap<string, ServiceRevisionRecord>;
  /** By their ids: those of its deployments. */
  readonly serviceDeployments: ReadonlyMap<string, ServiceDeploymentRecord>;
  /** Its tasks that have not stopped, and those whose end has not been accounted for. */
  readonly tasks: readonly Entry<TaskRecord>[];
  /** What its load balancers say of a task; undefined without load balancers. */
  readonly targetHealth: (task: TaskRecord) => TaskTargetHealth | undefined;
  /** Whether load balancers send traffic by the weights that the history of a deployment names. */
  readonly trafficApplied: (deployment: ServiceDeploymentRecord) => boolean;
  /** The state of an alarm by its name; undefined: there is none. */
  readonly alarmState: (name: string) => AlarmState | undefined;
  /** Of a task on a container instance; undefined on Fargate. */
  readonly instanceOf: (task: TaskRecord) => TaskPlace | undefined;
  /** Whether a task is on a container instance that drains. */
  readonly isDraining: (task: TaskRecord) => boolean;
  /** The zones that tasks of a revision may be in: of its subnets, or of container instances that can take them. */
  readonly zonesOf: (revision: ServiceRevisionRecord) => readonly string[];
  /** With the DAEMON strategy: the ARNs of the container instances that are to have a task of a revision each. */
  readonly daemonInstances: (revision: ServiceRevisionRecord) => readonly string[];
  /** Why no task of a revision can be started at all, in the words of an event; undefined: nothing hinders it. */
  readonly launchFault: (revision: ServiceRevisionRecord) => string | undefined;
  /** The id of a deployment, should one have to be made. */
  readonly newDeploymentId: string;
}

/** A container instance, as far as it matters to which of its tasks is stopped. */
export interface TaskPlace {
  readonly id: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** What is left of it: CPU units and MiB. */
  readonly cpu: number;
  readonly memoryMiB: number;
}

/** What is to be done for a service. */
export interface ServicePlan {
  /** When it was made. */
  readonly now: number;
  /** Its record afterwards; the same object when nothing changes. */
  readonly service: ServiceRecord;
  readonly start: readonly TaskStart[];
  readonly stop: readonly TaskStop[];
  /** Tasks whose end has been taken into account, and whose own records are to say so. */
  readonly accounted: readonly Entry<TaskRecord>[];
  /** Tasks that are unhealthy and had not been told of. */
  readonly unhealthy: readonly Entry<TaskRecord>[];
  readonly serviceDeployments: readonly ServiceDeploymentRecord[];
  /** Task sets that have changed. */
  readonly taskSets: readonly TaskSetRecord[];
  /** Deleted ones of which no task is left. */
  readonly goneTaskSets: readonly TaskSetRecord[];
  /** Messages of events, without those of the tasks that are started. */
  readonly events: readonly string[];
  /** What is not done yet, and why; nothing is written of it. */
  readonly waits: readonly ServiceWait[];
  /** When to look again though nothing changes. */
  readonly lookAgainAt?: number;
}

export interface TaskStart {
  readonly rollout: Rollout;
  /** One for each task. */
  readonly capacities: readonly ServiceCapacity[];
  /** How many of them are to take the places of unhealthy tasks. */
  readonly replacements: number;
}

export interface ServiceCapacity {
  readonly launchType: "FARGATE" | "EC2" | "EXTERNAL";
  readonly capacityProviderName?: string;
}

export interface TaskStop {
  readonly task: Entry<TaskRecord>;
  /** `stoppedReason` as DescribeTasks shows it. */
  readonly reason: string;
}
