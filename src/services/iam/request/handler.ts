import type { Operations } from "#generated/iam/types.ts";
import type { HandlerOf, RequestContext } from "#kernel/handler.ts";

/** A handler of one of the service's operations, typed by its model. */
export type IamHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;

/** The time, in milliseconds since the epoch; IAM knows whole seconds only. */
export function now(ctx: Pick<RequestContext, "clock">): number {
  return Math.floor(ctx.clock.now() / 1000) * 1000;
}
