import type { Task } from "#generated/ecs/types.ts";
import type { EventSource } from "#kernel/event-source.ts";
import { type TaskRecord, tasks } from "../model.ts";
import { toTask } from "../tasks/output.ts";

/**
 * "ECS Task State Change": the task as DescribeTasks shows it, its times as text. Each version of a task has its event
 * (Developer Guide, "Amazon ECS task state change events").
 */
export const taskStateChanges: EventSource = {
  source: "aws.ecs",
  collection: tasks.name,
  toEvents({ before, after }) {
    const task = after as TaskRecord | undefined;
    if (task === undefined || task.version === (before as TaskRecord | undefined)?.version) return [];
    const { tags: _, ...shown } = toTask(task, { tags: false });
    const attachments = shown.attachments?.map((attachment) => ({ ...attachment, type: typeOf(attachment) }));
    const detail = withTextTimes({ ...shown, attachments, updatedAt: updatedAt(task) });
    return [{ detailType: "ECS Task State Change", resources: [task.taskArn], detail }];
  },
};

/** The events have another word for it than the API. */
function typeOf({ type }: NonNullable<Task["attachments"]>[number]): string | undefined {
  return type === "ElasticNetworkInterface" ? "eni" : type;
}

/** The newest time of the record. */
function updatedAt(task: TaskRecord): number {
  const { createdAt, pullStartedAt, pullStoppedAt, startedAt, stoppingAt, executionStoppedAt, stoppedAt } = task;
  const times = [createdAt, pullStartedAt, pullStoppedAt, startedAt, stoppingAt, executionStoppedAt, stoppedAt];
  return Math.max(...times.map((time) => time ?? 0));
}

function withTextTimes(detail: object): object {
  const entries = Object.entries(detail).map(([name, value]) =>
    name.endsWith("At") && typeof value === "number" ? [name, new Date(value).toISOString()] : [name, value],
  );
  return Object.fromEntries(entries);
}
