import { instances, instancesOf } from "../model.ts";
import { requireService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const ListInstances: DiscoveryHandler<"ListInstances"> = async (input, ctx) => {
  const service = requireService(ctx, input.ServiceId).value;
  const found = ctx.store
    .view(instances)
    .by("service", instancesOf(service))
    .map(({ value }) => value);
  const { items, token } = listPage(`ListInstances ${service.id}`, input, found, ({ id }) => id);
  return {
    ResourceOwner: service.account,
    Instances: items.map(({ id, attributes, account }) => ({
      Id: id,
      Attributes: attributes,
      CreatedByAccount: account,
    })),
    ...token,
  };
};
