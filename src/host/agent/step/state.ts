import type { ContainerStatus, ImageInfo, Sandbox, SandboxStatus } from "#host/runtime/driver.ts";
import type { HealthStatus, TaskPayload } from "#kernel/agent-protocol.ts";

/**
 * A task as the agent knows it: plain data, replaced and never changed in place. `memory` outlives the agent's process
 * (see `Journal`); `live` is found out again after a restart. All times are milliseconds since the Unix epoch.
 */
export interface Task {
  /** The last part of the task's ARN, and the name of its sandbox. */
  readonly id: string;
  readonly payload: TaskPayload;
  /** The host is not to have it any more: it is removed without a grace period and nothing is reported. */
  readonly unwanted: boolean;
  readonly memory: TaskMemory;
  readonly live: TaskLive;
}

/** What the container engine cannot tell after a restart of the agent. */
export interface TaskMemory {
  /** The `sequence` of the last report. */
  readonly sequence: number;
  readonly pullStartedAt?: number;
  readonly pullStoppedAt?: number;
  readonly startedAt?: number;
  readonly executionStoppedAt?: number;
  /** The task stops by itself, and why. */
  readonly stop?: { readonly code: "TaskFailedToStart" | "EssentialContainerExited"; readonly reason: string };
  /** When the logs of the ended task began to be waited for. */
  readonly drainingSince?: number;
  /** The network interface of the ended task has been unplugged for good. */
  readonly detached?: boolean;
  /** When the control plane had accepted that the task is STOPPED. */
  readonly reportedAt?: number;
  /** By the container's name in the task definition. */
  readonly containers: Readonly<Record<string, ContainerMemory>>;
}

export interface ContainerMemory {
  /** The unguessable part of the container's metadata address. */
  readonly metadataId: string;
  readonly image?: PulledImage;
  /** The runtime's id, once it is made. */
  readonly runtimeId?: string;
  readonly createdAt?: number;
  /** Its latest start; absent before it, and while a restart is due. */
  readonly startedAt?: number;
  /** When it was told to stop (SIGTERM), and when it was killed. */
  readonly signalledAt?: number;
  readonly killedAt?: number;
  /** It has ended and will not be started again, or will never be started. */
  readonly ended?: Ended;
  /** How often its restart policy has started it again. */
  readonly restartCount: number;
  /** The end that the last restart answered; sightings of it are stale. */
  readonly answeredEnd?: number;
  readonly health?: { readonly status: HealthStatus; readonly since: number; readonly output?: string };
  /** All its output is stored. */
  readonly drained?: boolean;
}

export type PulledImage = Pick<ImageInfo, "id" | "digest" | "stopSignal">;

export interface Ended {
  readonly at: number;
  /** Absent when it never ran. */
  readonly exitCode?: number;
  readonly reason?: string;
}

export interface TaskLive {
  /** The engine has been asked what there is of this task; nothing is made, concluded or told before. */
  readonly listed: boolean;
  /** How often something may have been made though the answer was an error: only a later listing tells. */
  readonly doubts: number;
  readonly sandbox?: LiveSandbox;
  /** The network has been told of the task's interface. */
  readonly networkReady: boolean;
  /** The interface is plugged in; without one, the sandbox is led to the platform. */
  readonly attached: boolean;
  /** Volumes of the payload that exist. */
  readonly volumes: readonly string[];
  readonly volumesRemoved: boolean;
  /** Containers whose log destination is there. */
  readonly logsReady: readonly string[];
  /** The latest accepted sighting of each container, by its name. */
  readonly sightings: Readonly<Record<string, ContainerStatus>>;
  /** Keys of the actions that are being carried out. */
  readonly underway: readonly string[];
  /** Key of an action that failed and is to be tried again. */
  readonly failures: Readonly<Record<string, Failure>>;
  /** Nothing of the task is left on the host. */
  readonly forgotten: boolean;
}

export type LiveSandbox = Sandbox & { readonly running: boolean };

export interface Failure {
  readonly attempts: number;
  readonly retryAt: number;
  readonly message: string;
  /** The engine did not answer: tried again as soon as it does. */
  readonly unavailable: boolean;
}

/** What the shell is to do. One of each key is under way at a time. */
export type Action =
  | { readonly type: "pull"; readonly container: string }
  | { readonly type: "createSandbox" }
  /** Without an interface: the sandbox is led to the platform from where it is. */
  | { readonly type: "attach"; readonly networkInterfaceId?: string; readonly sandbox: Sandbox }
  | { readonly type: "createVolume"; readonly volume: string }
  | { readonly type: "prepareLogs"; readonly container: string }
  | { readonly type: "createContainer"; readonly container: string; readonly sandbox: Sandbox }
  | { readonly type: "startContainer"; readonly container: string; readonly runtimeId: string }
  | { readonly type: "signal"; readonly container: string; readonly runtimeId: string; readonly signal: string }
  | { readonly type: "drainLogs"; readonly container: string; readonly runtimeId: string }
  | { readonly type: "detach"; readonly networkInterfaceId: string }
  | { readonly type: "stopSandbox"; readonly sandboxId: string }
  | { readonly type: "removeSandbox"; readonly sandboxId: string }
  | { readonly type: "removeVolumes" }
  | { readonly type: "forget" };

/** What an action gave, by its type. */
export type Result =
  | { readonly type: "pull"; readonly image: ImageInfo }
  | { readonly type: "createSandbox"; readonly sandbox: Sandbox }
  | { readonly type: "createContainer"; readonly runtimeId: string }
  | { readonly type: "none" };

export interface ActionError {
  /** `DriverError.reason`, a fault's code, or `Timeout`. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export type Input =
  | { readonly type: "payload"; readonly payload: TaskPayload }
  | { readonly type: "unwanted" }
  | { readonly type: "network"; readonly ready: boolean }
  /** All the engine has of the task. `before`: the ids known when the listing began; those missing in it are gone. */
  | {
      readonly type: "listed";
      readonly sandbox: SandboxStatus | undefined;
      readonly before: {
        readonly sandboxId: string | undefined;
        readonly runtimeIds: readonly string[];
        /** 0 by default. */
        readonly doubts?: number;
      };
    }
  /** The engine answers again. */
  | { readonly type: "engineBack" }
  | { readonly type: "seen"; readonly status: ContainerStatus }
  | { readonly type: "gone"; readonly runtimeId: string }
  | { readonly type: "begun"; readonly actions: readonly Action[] }
  /** What had begun was not carried out after all. */
  | { readonly type: "deferred"; readonly actions: readonly Action[] }
  | { readonly type: "done"; readonly action: Action; readonly result: Result }
  | { readonly type: "failed"; readonly action: Action; readonly error: ActionError; readonly jitter: number }
  | { readonly type: "sequence"; readonly sequence: number }
  | { readonly type: "stopAccepted" }
  /** The time that was waited for has come. */
  | { readonly type: "tick"; readonly at: number };

/** What is next for a task. */
export interface Plan {
  readonly actions: readonly Action[];
  /** When to look again though nothing happens. */
  readonly wakeAt?: number;
  /** Why nothing more can be done now, in words for people. */
  readonly waitingFor?: string;
}

export function actionKey(action: Action): string {
  switch (action.type) {
    case "createVolume":
      return `createVolume ${action.volume}`;
    case "signal":
      return `signal ${action.signal === "SIGKILL" ? "kill " : ""}${action.container}`;
    case "pull":
    case "prepareLogs":
    case "createContainer":
    case "startContainer":
    case "drainLogs":
      return `${action.type} ${action.container}`;
    default:
      return action.type;
  }
}

/** `arn:aws:ecs:us-east-1:000000000000:task/web/0123abcd` -> `0123abcd` */
export function taskIdOf(taskArn: string): string {
  return taskArn.slice(taskArn.lastIndexOf("/") + 1);
}

/** A task that was never heard of. `metadataIds` gives each container its own. */
export function newTask(payload: TaskPayload, metadataId: (containerName: string) => string): Task {
  const containers = payload.containers.map(({ name }) => [name, { metadataId: metadataId(name), restartCount: 0 }]);
  return recallTask(payload, { sequence: 0, containers: Object.fromEntries(containers) });
}

/** A task of an earlier run of the agent. */
export function recallTask(payload: TaskPayload, memory: TaskMemory): Task {
  return {
    id: taskIdOf(payload.taskArn),
    payload,
    unwanted: false,
    memory,
    live: {
      listed: false,
      doubts: 0,
      networkReady: false,
      attached: false,
      volumes: [],
      volumesRemoved: false,
      logsReady: [],
      sightings: {},
      underway: [],
      failures: {},
      forgotten: false,
    },
  };
}

export function withMemory(task: Task, change: Partial<TaskMemory>): Task {
  return { ...task, memory: { ...task.memory, ...change } };
}

export function withLive(task: Task, change: Partial<TaskLive>): Task {
  return { ...task, live: { ...task.live, ...change } };
}

export function withContainer(task: Task, name: string, change: Partial<ContainerMemory>): Task {
  const containers = { ...task.memory.containers, [name]: { ...memoryOf(task, name), ...change } };
  return withMemory(task, { containers });
}

/** A container's memory. Every container of the payload has one. */
export function memoryOf(task: Task, name: string): ContainerMemory {
  return task.memory.containers[name]!;
}

export function hasLogs(task: Task, name: string): boolean {
  return task.payload.containers.find((container) => container.name === name)?.logConfiguration !== undefined;
}
