import type { Failure, Service } from "#generated/ecs/types.ts";
import { serviceArn, serviceKey } from "../model/service.ts";
import { serviceNameIn } from "../services/lookup.ts";
import { toService } from "../services/output.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

export const DescribeServices: EcsHandler<"DescribeServices"> = async (input, ctx) => {
  if (input.services.length === 0) throw ctx.fault("InvalidParameterException", "Services cannot be empty.");
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const tags = input.include?.includes("TAGS") ?? false;
  const found: Service[] = [];
  const failures: Failure[] = [];
  for (const identifier of new Set(input.services)) {
    const at = serviceNameIn(ctx, clusterName, identifier);
    const service = await ctx.store.get(serviceKey(at));
    if (service.value === undefined) failures.push({ arn: serviceArn(at), reason: "MISSING" });
    else found.push(await toService(ctx.store, service.value, { tags }));
  }
  return { services: found, failures };
};
