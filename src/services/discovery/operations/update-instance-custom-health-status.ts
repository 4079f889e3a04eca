import { Fault } from "#kernel/fault.ts";
import type { CustomHealth, InstanceRecord } from "../model.ts";
import { requireInstance, requireService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";

/** Cloud Map waits so long for a status to be taken back before it counts. */
const settleMs = 30_000;

export const UpdateInstanceCustomHealthStatus: DiscoveryHandler<"UpdateInstanceCustomHealthStatus"> = async (
  input,
  ctx,
) => {
  const service = requireService(ctx, input.ServiceId);
  const instance = requireInstance(ctx, service.value, input.InstanceId);
  if (instance.value.health === undefined) {
    const message = `The instance ${input.InstanceId} of the service ${service.value.id} has no custom health check.`;
    throw new Fault("CustomHealthNotFound", message);
  }
  const value = afterReport(instance.value, input.Status, ctx.clock.now());
  if (value !== instance.value) {
    await ctx.store.commit({ unchanged: [instance], put: [{ key: instance.key, value }] });
  }
  return {};
};

/** The same status said again does not hasten the change, nor put it off. */
function afterReport(instance: InstanceRecord, status: CustomHealth, now: number): InstanceRecord {
  const { healthChange, ...rest } = instance;
  if (status === instance.health) return healthChange === undefined ? instance : rest;
  if (status === healthChange?.status) return instance;
  return { ...rest, healthChange: { status, dueAt: now + settleMs } };
}
