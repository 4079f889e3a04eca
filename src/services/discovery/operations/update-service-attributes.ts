import { Fault } from "#kernel/fault.ts";
import { requireService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";

const mostAttributes = 30;

export const UpdateServiceAttributes: DiscoveryHandler<"UpdateServiceAttributes"> = async (input, ctx) => {
  const service = requireService(ctx, input.ServiceId);
  const attributes = { ...service.value.attributes, ...input.Attributes };
  if (Object.keys(attributes).length > mostAttributes) {
    const message = `A service can have at most ${mostAttributes} attributes.`;
    throw new Fault("ServiceAttributesLimitExceededException", message);
  }
  const put = [{ key: service.key, value: { ...service.value, attributes } }];
  await ctx.store.commit({ unchanged: [service], put });
  return {};
};
