import type { Failure, TaskSet } from "#generated/ecs/types.ts";
import { taskSetArn } from "../model/task-set.ts";
import { requireDescribedService, taskSetKeyIn } from "../services/task-set-lookup.ts";
import { taskSetsIn, toTaskSet } from "../services/task-set-output.ts";
import type { EcsHandler } from "./handler.ts";

/** The task sets named, or all of the service. */
export const DescribeTaskSets: EcsHandler<"DescribeTaskSets"> = async (input, ctx) => {
  const service = (await requireDescribedService(ctx, input)).value;
  const options = { tags: input.include?.includes("TAGS") ?? false };
  if (!input.taskSets?.length) {
    const all = taskSetsIn(ctx.store, service).map((taskSet) => toTaskSet(ctx.store, taskSet, service, options));
    return { taskSets: all, failures: [] };
  }
  const found: TaskSet[] = [];
  const failures: Failure[] = [];
  for (const identifier of new Set(input.taskSets)) {
    const { value } = await ctx.store.get(taskSetKeyIn(service, identifier));
    const arn = identifier.startsWith("arn:") ? identifier : taskSetArn(service, identifier);
    if (value === undefined) failures.push({ arn, reason: "MISSING" });
    else found.push(toTaskSet(ctx.store, value, service, options));
  }
  return { taskSets: found, failures };
};
