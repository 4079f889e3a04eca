import type { ContainerInstance } from "#generated/ecs/types.ts";
import { checkNamedInstances, readInstances } from "../instances/lookup.ts";
import { toContainerInstance } from "../instances/output.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

export const DescribeContainerInstances: EcsHandler<"DescribeContainerInstances"> = async (input, ctx) => {
  const { containerInstances: named, include = [] } = input;
  checkNamedInstances(ctx, named);
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const instances = await readInstances(ctx, clusterName, named);
  const missing = instances.filter(({ entry }) => entry === undefined);
  const found = instances.flatMap(({ entry }) => entry ?? []);
  const shown = found.map(({ value }): ContainerInstance => {
    const instance = toContainerInstance(ctx.store, value, { tags: include.includes("TAGS") });
    if (!include.includes("CONTAINER_INSTANCE_HEALTH")) return instance;
    // Nothing but the agent's own word is known of the health of a host.
    const overallStatus = value.agentConnected ? "OK" : "INSUFFICIENT_DATA";
    return { ...instance, healthStatus: { overallStatus, details: [] } };
  });
  return { containerInstances: shown, failures: missing.map(({ arn }) => ({ arn, reason: "MISSING" })) };
};
