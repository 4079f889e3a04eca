import { serviceArn } from "../model.ts";
import { requireService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";

export const GetServiceAttributes: DiscoveryHandler<"GetServiceAttributes"> = async (input, ctx) => {
  const service = requireService(ctx, input.ServiceId).value;
  const { account, attributes } = service;
  return { ServiceAttributes: { ServiceArn: serviceArn(service), ResourceOwner: account, Attributes: attributes } };
};
