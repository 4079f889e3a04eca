import type { Failure, ProtectedTask } from "#generated/ecs/types.ts";
import { tasks } from "../model/task.ts";
import { protectionOf, protectionTarget } from "../services/protection.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

export const GetTaskProtection: EcsHandler<"GetTaskProtection"> = async (input, ctx) => {
  const identifiers = input.tasks ?? [];
  if (identifiers.length === 0) throw ctx.fault("InvalidParameterException", "Tasks cannot be empty.");
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const found: ProtectedTask[] = [];
  const failures: Failure[] = [];
  for (const identifier of new Set(identifiers)) {
    const target = protectionTarget(ctx, ctx.store.view(tasks), clusterName, identifier);
    if ("failure" in target) failures.push(target.failure);
    else found.push(protectionOf(target.task.value, ctx.clock.now()));
  }
  return { protectedTasks: found, failures };
};
