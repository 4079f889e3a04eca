import { findTaskDefinition } from "../task-definition/lookup.ts";
import { toTaskDefinition } from "../task-definition/output.ts";
import type { EcsHandler } from "./handler.ts";

export const DescribeTaskDefinition: EcsHandler<"DescribeTaskDefinition"> = async (input, ctx) => {
  const found = findTaskDefinition(ctx, input.taskDefinition);
  if (found === undefined) throw ctx.fault("ClientException", "Unable to describe task definition.");
  return {
    taskDefinition: toTaskDefinition(found.value),
    ...(input.include?.includes("TAGS") && { tags: found.value.tags }),
  };
};
