import type { TaskPayload } from "#kernel/agent-protocol.ts";
import type { Action, ActionError } from "./state.ts";

/**
 * The words in which Amazon ECS says why a task stopped ("Stopped task error codes" of the developer guide; for the
 * dependencies, those of the Amazon ECS container agent).
 */
export const essentialContainerExited = "Essential container in task exited";
export const taskFailedToStart = "Task failed to start";
export const outOfMemory = "OutOfMemoryError: Container killed due to memory usage";
export const containerVanished = "ContainerVanishedError: No container matching saved ID found";

/** Whether this is the reason of a container that took longer than it may. */
export function timedOut(reason: string | undefined): boolean {
  return reason?.startsWith("DockerTimeoutError: ") ?? false;
}

/** The reason of a container, or of the whole task, that an action could not be carried out. */
export function reasonOf(action: Action, error: ActionError, attempts: number): string {
  if (error.code === "Timeout") return `DockerTimeoutError: ${error.message}`;
  if (error.code === "ResourceInitializationError") return `ResourceInitializationError: ${error.message}`;
  switch (action.type) {
    case "pull":
      if (error.code === "NoMatchingPlatform" || error.code === "NotPresent") {
        return `CannotPullContainerError: ${error.message}`;
      }
      return `CannotPullContainerError: pull image manifest has been retried ${attempts} time(s): ${error.message}`;
    case "createSandbox":
      if (error.code === "PortsUnavailable") {
        return `HostConfigError: error retrieving docker port map: ${error.message}`;
      }
      if (error.code === "PortInUse") return `CannotStartContainerError: Error response from daemon: ${error.message}`;
      return `ResourceInitializationError: failed to create the task's sandbox: ${error.message}`;
    case "attach":
      return `ResourceInitializationError: failed to configure ENI: ${error.message}`;
    case "prepareLogs":
      return (
        `ResourceInitializationError: failed to validate logger args: create stream has been retried ${attempts} ` +
        `times: failed to create Cloudwatch log stream: ${error.code}: ${error.message}`
      );
    case "createVolume":
      return `CannotCreateVolumeError: ${error.message}`;
    case "createContainer":
      return `CannotCreateContainerError: ${error.message}`;
    case "startContainer":
      return `CannotStartContainerError: ${error.message}`;
    default:
      return error.message;
  }
}

/**
 * `stoppedReason` of a task whose essential container failed with this reason before it ran: on Fargate pull and
 * initialization errors are the task's own; all others stand with the container.
 */
export function taskReason(payload: TaskPayload, containerReason: string): string {
  const own = /^(CannotPullContainerError|ResourceInitializationError|CannotCreateVolumeError):/;
  return payload.launchType === "FARGATE" && own.test(containerReason) ? containerReason : taskFailedToStart;
}

export function dependencyTimedOut(dependency: string, target: string): string {
  const both = `[${dependency}] for target [${target}]`;
  return `CannotStartContainerError: dependency graph: container ordering dependency ${both} has timed out.`;
}

export function dependencyUnsuccessful(dependency: string, target: string): string {
  return (
    "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency " +
    `[${dependency}] for target [${target}] as dependency did not exit successfully.`
  );
}

export function dependencyNeverStarts(dependency: string, target: string): string {
  return (
    "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency " +
    `[${dependency}] for target [${target}] because dependency will never start`
  );
}
