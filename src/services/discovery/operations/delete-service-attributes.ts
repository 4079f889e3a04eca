import { requireService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";

export const DeleteServiceAttributes: DiscoveryHandler<"DeleteServiceAttributes"> = async (input, ctx) => {
  const service = requireService(ctx, input.ServiceId);
  const kept = Object.entries(service.value.attributes).filter(([key]) => !input.Attributes.includes(key));
  const put = [{ key: service.key, value: { ...service.value, attributes: Object.fromEntries(kept) } }];
  await ctx.store.commit({ unchanged: [service], put });
  return {};
};
