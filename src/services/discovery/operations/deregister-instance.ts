import { instanceWrites } from "../model.ts";
import { requireInstance, requireService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { refuseWhileBusy, submit } from "../request/submit.ts";

export const DeregisterInstance: DiscoveryHandler<"DeregisterInstance"> = async (input, ctx) => {
  const service = requireService(ctx, input.ServiceId);
  const { id: serviceId, namespaceId } = service.value;
  const target = { namespaceId, serviceId, instanceId: input.InstanceId };
  refuseWhileBusy(ctx, target);
  const instance = requireInstance(ctx, service.value, input.InstanceId);
  const submitted = submit(ctx, { action: "DeregisterInstance", target });
  const writes = instanceWrites(service, { deregister: [instance.value.id] });
  await ctx.store.commit({
    ...writes,
    unchanged: [...writes.unchanged, instance],
    put: [...writes.put, submitted.put],
  });
  return submitted.output;
};
