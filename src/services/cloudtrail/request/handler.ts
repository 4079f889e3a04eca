import type { Operations } from "#generated/cloudtrail/types.ts";
import type { HandlerOf } from "#kernel/handler.ts";
import type { LogsRefusal, TrailDelivery } from "../delivery.ts";
import type { Trail } from "../trail.ts";

/** A handler of one of the service's operations, typed by its model. */
export type CloudTrailHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;

/** What the service is given by the platform. */
export interface CloudTrailParts {
  /** The audit trail of all accounts. */
  readonly trail: Trail;
  readonly delivery: TrailDelivery;
  readonly refusal: LogsRefusal;
}
