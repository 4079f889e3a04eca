import { healthOf, instances, instancesOf } from "../model.ts";
import { requireInstance, requireService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const GetInstancesHealthStatus: DiscoveryHandler<"GetInstancesHealthStatus"> = async (input, ctx) => {
  const service = requireService(ctx, input.ServiceId).value;
  const asked = input.Instances && [...new Set(input.Instances)].toSorted();
  const found =
    asked?.map((id) => requireInstance(ctx, service, id)) ??
    ctx.store.view(instances).by("service", instancesOf(service));
  const scope = `GetInstancesHealthStatus ${service.id} ${JSON.stringify(asked ?? [])}`;
  const { items, token } = listPage(scope, input, found, ({ value }) => value.id);
  return { Status: Object.fromEntries(items.map(({ value }) => [value.id, healthOf(value)])), ...token };
};
