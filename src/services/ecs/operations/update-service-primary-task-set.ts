import { servicePath } from "../model/service.ts";
import { taskSets } from "../model/task-set.ts";
import { requireExternalService, requireTaskSet } from "../services/task-set-lookup.ts";
import { toTaskSet } from "../services/task-set-output.ts";
import type { EcsHandler } from "./handler.ts";

/** Makes a task set the one that the service shows as its own; the one that was PRIMARY is ACTIVE from now on. */
export const UpdateServicePrimaryTaskSet: EcsHandler<"UpdateServicePrimaryTaskSet"> = async (input, ctx) => {
  const service = await requireExternalService(ctx, input);
  const taskSet = await requireTaskSet(ctx, service.value, input.primaryTaskSet);
  if (taskSet.value.status === "DRAINING") {
    throw ctx.fault("InvalidParameterException", "TaskSet cannot be made primary while it is DRAINING.");
  }
  const updatedAt = ctx.clock.now();
  const earlier = ctx.store
    .view(taskSets)
    .by("service", servicePath(service.value))
    .filter(({ key, value }) => value.status === "PRIMARY" && key !== taskSet.key);
  const next = { ...taskSet.value, status: "PRIMARY", updatedAt } as const;
  await ctx.store.commit({
    unchanged: [service, taskSet, ...earlier],
    put: [
      // Of two requests at once the second finds what the first has made PRIMARY.
      { key: service.key, value: service.value },
      { key: taskSet.key, value: next },
      ...earlier.map(({ key, value }) => ({ key, value: { ...value, status: "ACTIVE", updatedAt } as const })),
    ],
  });
  return { taskSet: toTaskSet(ctx.store, next, service.value, { tags: true }) };
};
