import type { Operations } from "#generated/cloudwatch/types.ts";
import type { HandlerOf } from "#kernel/handler.ts";

/** A handler of one of the service's operations, typed by its model. */
export type CloudWatchHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;
