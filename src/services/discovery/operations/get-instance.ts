import { requireInstance, requireService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";

export const GetInstance: DiscoveryHandler<"GetInstance"> = async (input, ctx) => {
  const service = requireService(ctx, input.ServiceId).value;
  const { id, account, creatorRequestId, attributes } = requireInstance(ctx, service, input.InstanceId).value;
  return {
    ResourceOwner: service.account,
    Instance: { Id: id, CreatorRequestId: creatorRequestId, Attributes: attributes, CreatedByAccount: account },
  };
};
