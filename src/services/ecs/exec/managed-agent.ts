import type { ManagedAgent } from "#generated/ecs/types.ts";
import type { TaskContainer, TaskRecord } from "../model/task.ts";

/**
 * What DescribeTasks shows of the agent that runs commands in a container. Here it is the host's own, so it runs while
 * the container does, from when the whole task has started. None where ECS Exec is not enabled.
 */
export function execAgent(task: TaskRecord, container: TaskContainer): ManagedAgent | undefined {
  if (!task.enableExecuteCommand) return undefined;
  const { startedAt: lastStartedAt } = task;
  const isUp = container.lastStatus === "RUNNING" && lastStartedAt !== undefined;
  const lastStatus = isUp ? "RUNNING" : container.lastStatus === "STOPPED" ? "STOPPED" : "PENDING";
  return { name: "ExecuteCommandAgent", lastStatus, ...(lastStartedAt !== undefined && { lastStartedAt }) };
}
