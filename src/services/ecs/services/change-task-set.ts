import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { ServiceRecord } from "../model/service.ts";
import type { TaskSetRecord } from "../model/task-set.ts";
import { toTaskSet } from "./task-set-output.ts";

/** Commits what becomes of a task set, with which its service is not steady any more. Resolves with the answer. */
export async function changeTaskSet(
  ctx: RequestContext,
  service: Entry<ServiceRecord>,
  taskSet: Entry<TaskSetRecord>,
  next: TaskSetRecord,
) {
  await ctx.store.commit({
    unchanged: [service, taskSet],
    put: [
      { key: service.key, value: { ...service.value, steady: false } },
      { key: taskSet.key, value: next },
    ],
  });
  return { taskSet: toTaskSet(ctx.store, next, service.value, { tags: true }) };
}
