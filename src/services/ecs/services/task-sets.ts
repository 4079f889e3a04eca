import type { CreateTaskSetRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { ServiceRecord } from "../model/service.ts";
import type { TaskSetRecord } from "../model/task-set.ts";
import { newTags } from "../tags/tags.ts";
import { newDeploymentId } from "./numbers.ts";
import { resolveScale } from "./scale.ts";

/** A task set of this revision. Without a scale it has no tasks. */
export function newTaskSet(
  ctx: RequestContext,
  input: CreateTaskSetRequest,
  service: ServiceRecord,
  revisionId: string,
): TaskSetRecord {
  const { account, region, clusterName, serviceName } = service;
  const now = ctx.clock.now();
  return {
    ...{ account, region, clusterName, serviceName },
    id: newDeploymentId(ctx),
    status: "ACTIVE",
    revisionId,
    ...(input.externalId !== undefined && { externalId: input.externalId }),
    scale: input.scale === undefined ? 0 : resolveScale(ctx, input.scale),
    stabilityStatus: "STABILIZING",
    stabilityStatusAt: now,
    failedTasks: 0,
    tags: newTags(input.tags),
    createdAt: now,
    updatedAt: now,
  };
}

/** The same task set once it is deleted: all its tasks are to go. */
export function drained(taskSet: TaskSetRecord, now: number): TaskSetRecord {
  const stability = { stabilityStatus: "STABILIZING", stabilityStatusAt: now } as const;
  return { ...taskSet, status: "DRAINING", scale: 0, ...stability, updatedAt: now };
}
