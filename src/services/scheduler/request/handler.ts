import type { Operations } from "#generated/scheduler/types.ts";
import type { HandlerOf } from "#kernel/handler.ts";

/** A handler of one of the service's operations, typed by its model. */
export type SchedulerHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;

/** What the service is given by the platform. */
export interface SchedulerParts {
  /** Whether the platform has an operation, by the names of models: `ecs`, `RunTask`. */
  readonly hasOperation: (service: string, operation: string) => boolean;
}
