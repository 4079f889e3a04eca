import { Fault } from "#kernel/fault.ts";
import { instances, instancesOf, serviceRemoval } from "../model.ts";
import { namespaceOf, requireService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";

export const DeleteService: DiscoveryHandler<"DeleteService"> = async (input, ctx) => {
  const service = requireService(ctx, input.Id);
  if (ctx.store.view(instances).count("service", instancesOf(service.value)) > 0) {
    const message = "Service contains registered instances; delete the instances before deleting the service";
    throw new Fault("ResourceInUse", message);
  }
  const namespace = namespaceOf(ctx, service.value);
  await ctx.store.commit(serviceRemoval(namespace, service));
  return {};
};
