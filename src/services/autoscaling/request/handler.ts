import type { Operations } from "#generated/application-autoscaling/types.ts";
import type { HandlerOf } from "#kernel/handler.ts";

/** A handler of one of the service's operations, typed by its model. */
export type AutoScalingHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;
