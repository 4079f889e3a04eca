import { changeTaskSet } from "../services/change-task-set.ts";
import { requireExternalService, requireTaskSet } from "../services/task-set-lookup.ts";
import { toTaskSet } from "../services/task-set-output.ts";
import { drained } from "../services/task-sets.ts";
import type { EcsHandler } from "./handler.ts";

/** Its tasks are stopped, it is DRAINING until they are, then it is gone. */
export const DeleteTaskSet: EcsHandler<"DeleteTaskSet"> = async (input, ctx) => {
  const service = await requireExternalService(ctx, input);
  const taskSet = await requireTaskSet(ctx, service.value, input.taskSet);
  const { status, scale } = taskSet.value;
  if (status === "PRIMARY") throw ctx.fault("InvalidParameterException", "Primary TaskSet cannot be deleted");
  if (status === "DRAINING") {
    return { taskSet: toTaskSet(ctx.store, taskSet.value, service.value, { tags: true }) };
  }
  if (scale > 0 && !input.force) {
    throw ctx.fault("InvalidParameterException", "The TaskSet cannot be deleted while it is scaled above 0.");
  }
  return changeTaskSet(ctx, service, taskSet, drained(taskSet.value, ctx.clock.now()));
};
