import { changeTaskSet } from "../services/change-task-set.ts";
import { resolveScale } from "../services/scale.ts";
import { requireExternalService, requireTaskSet } from "../services/task-set-lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** Changes the share of the desired count that the set has: nothing else of it can be. */
export const UpdateTaskSet: EcsHandler<"UpdateTaskSet"> = async (input, ctx) => {
  const scale = resolveScale(ctx, input.scale);
  const service = await requireExternalService(ctx, input);
  const taskSet = await requireTaskSet(ctx, service.value, input.taskSet);
  if (taskSet.value.status === "DRAINING") {
    throw ctx.fault("InvalidParameterException", "TaskSet cannot be updated while it is DRAINING.");
  }
  const now = ctx.clock.now();
  const stability = { stabilityStatus: "STABILIZING", stabilityStatusAt: now } as const;
  const changed = scale !== taskSet.value.scale;
  const next = { ...taskSet.value, scale, ...(changed && stability), updatedAt: now };
  return changeTaskSet(ctx, service, taskSet, next);
};
