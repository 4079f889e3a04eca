import { shuffled } from "#kernel/random.ts";
import { healthOf, instances, instancesOf } from "../model.ts";
import { discover } from "../request/discover.ts";
import { discoveredService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";

const defaultResults = 100;

export const DiscoverInstances: DiscoveryHandler<"DiscoverInstances"> = async (input, ctx) => {
  const { namespace, service } = discoveredService(ctx, input);
  const all = ctx.store.view(instances).by("service", instancesOf(service));
  const found = discover(
    all.map(({ value }) => value),
    input,
  );
  return {
    Instances: shuffled(ctx.random, found)
      .slice(0, input.MaxResults ?? defaultResults)
      .map((instance) => ({
        InstanceId: instance.id,
        NamespaceName: namespace.httpName,
        ServiceName: service.name,
        HealthStatus: healthOf(instance),
        Attributes: instance.attributes,
      })),
    InstancesRevision: service.revision,
  };
};
