import type { Task } from "#generated/ecs/types.ts";
import { type Client, ServiceError } from "../client.ts";
import { idOf } from "./connect.ts";

/** A task of a service that has stopped. Times in milliseconds since the epoch. */
export interface EndedTask {
  readonly at: number;
  readonly words: string;
}

export interface EndedTasks {
  readonly ended: readonly EndedTask[];
  readonly endedRefused?: string;
}

const most = 5;

/**
 * The tasks of a service that stopped last, newest first, of a hundred that are still shown; `endedRefused` tells those
 * who may not list or describe its tasks so.
 */
export async function endedTasksOf(client: Client, cluster: string, serviceName: string): Promise<EndedTasks> {
  try {
    const input = { cluster, serviceName, desiredStatus: "STOPPED" } as const;
    const { taskArns = [] } = await client.ecs("ListTasks", input);
    if (taskArns.length === 0) return { ended: [] };
    const { tasks = [] } = await client.ecs("DescribeTasks", { cluster, tasks: taskArns });
    return {
      ended: tasks
        .flatMap(toEnded)
        .toSorted((one, other) => other.at - one.at)
        .slice(0, most),
    };
  } catch (error) {
    if (!(error instanceof ServiceError && error.code.startsWith("AccessDenied"))) throw error;
    return { ended: [], endedRefused: error.message };
  }
}

/** The JSON protocol has times in seconds. */
function toEnded({ taskArn, stoppedAt, stoppingAt, stoppedReason, containers = [] }: Task): EndedTask[] {
  const at = stoppedAt ?? stoppingAt;
  if (taskArn === undefined || at === undefined) return [];
  const exits = containers.flatMap(({ name, exitCode, reason }) => {
    if (exitCode === undefined && reason === undefined) return [];
    const code = exitCode === undefined ? "" : ` exit code ${exitCode}`;
    return `${name}${code}${reason === undefined ? "" : ` (${reason})`}`;
  });
  const words = `${idOf(taskArn)}: ${[stoppedReason ?? "stopped", ...exits].join("; ")}`;
  return [{ at: at * 1000, words }];
}
