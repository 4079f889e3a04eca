import type { TaskDefinitionRecord } from "../model/task-definition.ts";
import { findTaskDefinition, hasRevision, noSuchTaskDefinition } from "../task-definition/lookup.ts";
import { toTaskDefinition } from "../task-definition/output.ts";
import type { EcsHandler } from "./handler.ts";

/** Takes a revision out of use for new tasks. Those that run with it are left alone. */
export const DeregisterTaskDefinition: EcsHandler<"DeregisterTaskDefinition"> = async (input, ctx) => {
  if (!hasRevision(ctx, input.taskDefinition)) throw ctx.fault("ClientException", "Revision is missing.");
  const found = findTaskDefinition(ctx, input.taskDefinition);
  if (found === undefined) throw ctx.fault("ClientException", noSuchTaskDefinition);
  if (found.value.status !== "ACTIVE") return { taskDefinition: toTaskDefinition(found.value) };
  const inactive: TaskDefinitionRecord = { ...found.value, status: "INACTIVE", deregisteredAt: ctx.clock.now() };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value: inactive }] });
  return { taskDefinition: toTaskDefinition(inactive) };
};
