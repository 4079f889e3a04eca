import type { Operations } from "#generated/ecs/types.ts";
import type { HandlerOf } from "#kernel/handler.ts";

/** A handler of one of the service's operations, typed by its model. */
export type EcsHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;
