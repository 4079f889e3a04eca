import type { Failure, ProtectedTask } from "#generated/ecs/types.ts";
import { parseArn } from "#kernel/arn.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, View } from "#kernel/store.ts";
import { type TaskRecord, taskArn } from "../model/task.ts";
import { taskKeyIn } from "../tasks/lookup.ts";

/** A task that protection is about, or why it is about none ("Task scale-in protection": only tasks of services). */
export function protectionTarget(
  ctx: RequestContext,
  view: View<TaskRecord, string>,
  clusterName: string,
  identifier: string,
): { readonly task: Entry<TaskRecord> } | { readonly failure: Failure } {
  const { account, region } = ctx;
  const arn = parseArn(identifier) ? identifier : taskArn({ account, region, clusterName, id: identifier });
  const task = view.get(taskKeyIn(ctx, clusterName, identifier));
  if (task === undefined) return { failure: { arn, reason: "MISSING" } };
  if (task.value.service === undefined) return { failure: { arn, reason: "TASK_NOT_VALID" } };
  if (task.value.desiredStatus === "STOPPED") return { failure: { arn, reason: "TASK_NOT_VALID" } };
  return { task };
}

/** The API's ProtectedTask; a protection that has expired is none. */
export function protectionOf(task: TaskRecord, now: number): ProtectedTask {
  const until = task.service?.protectedUntil ?? 0;
  const protectionEnabled = until > now;
  return { taskArn: task.taskArn, protectionEnabled, ...(protectionEnabled && { expirationDate: until }) };
}
