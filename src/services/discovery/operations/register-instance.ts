import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { uuid } from "#kernel/random.ts";
import type { ServiceRecord } from "../model.ts";
import { instanceKey, instances, instancesOf, instanceWrites, mostInstances, newInstance } from "../model.ts";
import { namespaceOf, requireService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { checkAttributes } from "../request/instance-attributes.ts";
import { refuseWhileBusy, sameRequest, submit } from "../request/submit.ts";

const action = "RegisterInstance";

/** Registers an instance, or one that is there with new attributes. */
export const RegisterInstance: DiscoveryHandler<typeof action> = async (input, ctx) => {
  const service = requireService(ctx, input.ServiceId);
  const { id: serviceId, namespaceId } = service.value;
  const { InstanceId: instanceId, CreatorRequestId: requestId = uuid(ctx.random), Attributes: attributes } = input;
  const made = sameRequest(ctx, action, requestId);
  const before = made.find((other) => other.serviceId === serviceId && other.instanceId === instanceId);
  if (before !== undefined) return { OperationId: before.id };
  checkAttributes(service.value, namespaceOf(ctx, service.value).value, instanceId, attributes);
  const target = { namespaceId, serviceId, instanceId };
  refuseWhileBusy(ctx, target);
  checkQuota(ctx, service.value, instanceId);
  const instance = newInstance(service.value, { id: instanceId, attributes, creatorRequestId: requestId });
  const submitted = submit(ctx, { action, target, requestId });
  const writes = instanceWrites(service, { register: [instance] });
  await ctx.store.commit({ ...writes, put: [...writes.put, submitted.put] });
  return submitted.output;
};

function checkQuota({ store }: RequestContext, service: ServiceRecord, instanceId: string): void {
  const view = store.view(instances);
  if (view.count("service", instancesOf(service)) < mostInstances) return;
  if (view.get(instanceKey(service, instanceId)) !== undefined) return;
  const message = `The service can't have more than ${mostInstances} instances.`;
  throw new Fault("ResourceLimitExceeded", message);
}
