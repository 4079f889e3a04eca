import type { Operations } from "#generated/ecs/types.ts";
import type { Handler } from "#kernel/handler.ts";
import { changeTask } from "../model/task.ts";
import { requireCluster, taskKeyIn } from "../tasks/lookup.ts";
import { toTask } from "../tasks/output.ts";

/** Records that the task is no longer wanted; the lifecycle takes it out of traffic and the agent stops it. */
export const StopTask: Handler<Operations["StopTask"]["input"], Operations["StopTask"]["output"]> = async (
  input,
  ctx,
) => {
  const cluster = await requireCluster(ctx, input.cluster);
  const task = await ctx.store.get(taskKeyIn(ctx, cluster.value.clusterName, input.task));
  if (task.value === undefined) {
    throw ctx.fault("InvalidParameterException", "The referenced task was not found.");
  }
  if (task.value.desiredStatus === "STOPPED") return { task: toTask(task.value, { tags: true }) };
  const stopping = changeTask(task.value, {
    desiredStatus: "STOPPED",
    stopCode: "UserInitiated",
    stoppedReason: input.reason ?? "Task stopped by user",
  });
  await ctx.store.commit({ unchanged: [task], put: [{ key: task.key, value: stopping }] });
  return { task: toTask(stopping, { tags: true }) };
};
