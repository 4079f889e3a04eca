import { servicePath } from "../model/service.ts";
import { taskSets } from "../model/task-set.ts";
import { requireService } from "../services/lookup.ts";
import { toService } from "../services/output.ts";
import { drained } from "../services/task-sets.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** Takes a service out of use: its tasks are stopped, it is DRAINING until they are, then INACTIVE. */
export const DeleteService: EcsHandler<"DeleteService"> = async (input, ctx) => {
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const service = await requireService(ctx, clusterName, input.service);
  if (service.value.status === "INACTIVE") throw ctx.fault("ServiceNotFoundException", "Service not found.");
  if (service.value.status === "DRAINING")
    return { service: await toService(ctx.store, service.value, { tags: true }) };
  const isDaemon = service.value.schedulingStrategy === "DAEMON";
  if (service.value.desiredCount > 0 && !isDaemon && !input.force) {
    throw ctx.fault("InvalidParameterException", "The service cannot be stopped while it is scaled above 0.");
  }
  const own = ctx.store.view(taskSets).by("service", servicePath(service.value));
  if (own.length > 0 && !input.force) {
    throw ctx.fault("InvalidParameterException", "The service cannot be stopped while deployments are active.");
  }
  const live = own.filter(({ value }) => value.status !== "DRAINING");
  const draining = { ...service.value, status: "DRAINING", desiredCount: 0, steady: false } as const;
  await ctx.store.commit({
    unchanged: [service, ...live],
    put: [
      { key: service.key, value: draining },
      ...live.map(({ key, value }) => ({ key, value: drained(value, ctx.clock.now()) })),
    ],
  });
  return { service: await toService(ctx.store, draining, { tags: true }) };
};
