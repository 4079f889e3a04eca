import type { ServiceModule } from "#kernel/handler.ts";
import { cloudtrailAuthorization } from "./authorization.ts";
import { trails } from "./model.ts";
import { createOperations } from "./operations/index.ts";
import type { CloudTrailParts } from "./request/handler.ts";

export { type LogsRefusal, TrailDelivery } from "./delivery.ts";
export { Trail, type TrailLimits, type TrailOptions } from "./trail.ts";

export const cloudTrailCollections = [trails];

/**
 * AWS CloudTrail: the events of the last 90 days, which are in files and not in the store, and trails, which deliver
 * them to log groups.
 */
export function createCloudTrail(parts: CloudTrailParts): ServiceModule {
  return {
    name: "cloudtrail",
    operations: createOperations(parts),
    controllers: [],
    collections: cloudTrailCollections,
    authorization: cloudtrailAuthorization,
  };
}
