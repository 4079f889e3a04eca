import { requireService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { toService } from "../request/shapes.ts";

export const GetService: DiscoveryHandler<"GetService"> = async (input, ctx) => ({
  Service: toService(ctx.store, requireService(ctx, input.Id).value),
});
