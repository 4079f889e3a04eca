import type { RunTaskRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { readConstraints, readStrategies } from "#placement/index.ts";
import type { PlacementConstraint, PlacementStrategy } from "../model/service.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";

export type PlacementInput = Pick<RunTaskRequest, "placementConstraints" | "placementStrategy">;

/** What decides where a task is placed, beside what it needs. */
export interface TaskPlacement {
  readonly placementConstraints: readonly PlacementConstraint[];
  readonly placementStrategy: readonly PlacementStrategy[];
}

/**
 * The constraints and strategies of a request, as they are kept. Tasks on Fargate can have none. Throws
 * `InvalidParameterException`.
 */
export function resolveTaskPlacement(
  ctx: RequestContext,
  { placementConstraints = [], placementStrategy = [] }: PlacementInput,
  fargate: boolean,
): TaskPlacement {
  if (fargate && placementConstraints.length > 0) {
    throw ctx.fault("InvalidParameterException", "Placement constraints are not supported with FARGATE launch type.");
  }
  if (fargate && placementStrategy.length > 0) {
    throw ctx.fault("InvalidParameterException", "Placement strategies are not supported with FARGATE launch type.");
  }
  readConstraints(placementConstraints);
  readStrategies(placementStrategy);
  return {
    placementConstraints: placementConstraints.map(({ type, expression }) => ({
      type: type as PlacementConstraint["type"],
      ...(expression !== undefined && { expression }),
    })),
    placementStrategy: placementStrategy.map(({ type, field }) => ({
      type: type as PlacementStrategy["type"],
      ...(field !== undefined && { field: field === "host" ? "instanceId" : field }),
    })),
  };
}

/**
 * The limit of ten constraints is for those of the request and those of the task definition together. Throws
 * `InvalidParameterException`.
 */
export function checkConstraintCount(
  { placementConstraints }: Pick<TaskPlacement, "placementConstraints">,
  definition: TaskDefinitionRecord,
): void {
  readConstraints([...definition.placementConstraints, ...placementConstraints]);
}
