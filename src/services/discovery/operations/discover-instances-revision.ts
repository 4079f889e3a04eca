import { discoveredService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";

export const DiscoverInstancesRevision: DiscoveryHandler<"DiscoverInstancesRevision"> = async (input, ctx) => ({
  InstancesRevision: discoveredService(ctx, input).service.revision,
});
