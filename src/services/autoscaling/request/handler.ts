import type { Operations } from "#generated/application-autoscaling/types.ts";
import type { Handler } from "#kernel/handler.ts";

/** A handler of one of the service's operations, typed by its model. */
export type AutoScalingHandler<Name extends keyof Operations> = Handler<
  Operations[Name]["input"],
  Operations[Name]["output"]
>;
