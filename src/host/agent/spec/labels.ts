import type { TaskPayload } from "#kernel/agent-protocol.ts";
import { parseArn } from "#kernel/arn.ts";

/** The labels that Amazon ECS puts on a task's containers; by them a restarted agent knows its containers again. */
export const labels = {
  cluster: "com.amazonaws.ecs.cluster",
  containerName: "com.amazonaws.ecs.container-name",
  taskArn: "com.amazonaws.ecs.task-arn",
  family: "com.amazonaws.ecs.task-definition-family",
  version: "com.amazonaws.ecs.task-definition-version",
} as const;

/** On the volumes that live as long as a task: its id. */
export const volumeTaskLabel = "estiva.task-id";

export function ecsLabels(payload: TaskPayload, containerName: string): Record<string, string> {
  return {
    [labels.cluster]: payload.launchType === "FARGATE" ? clusterArnOf(payload) : payload.clusterName,
    [labels.containerName]: containerName,
    [labels.taskArn]: payload.taskArn,
    [labels.family]: payload.family,
    [labels.version]: String(payload.revision),
  };
}

export function clusterArnOf({ taskArn, clusterName }: Pick<TaskPayload, "taskArn" | "clusterName">): string {
  const arn = parseArn(taskArn);
  if (arn === undefined) return clusterName;
  return `arn:${arn.partition}:ecs:${arn.region}:${arn.account}:cluster/${clusterName}`;
}

/** The region that the task is of. */
export function regionOf(taskArn: string): string {
  return parseArn(taskArn)?.region ?? "";
}
