import type { ContainerInstance, Failure } from "#generated/ecs/types.ts";
import { arnOf, readInstance } from "../instances/lookup.ts";
import { toContainerInstance } from "../instances/output.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

const maxInstances = 100;

export const DescribeContainerInstances: EcsHandler<"DescribeContainerInstances"> = async (input, ctx) => {
  const { containerInstances: named, include = [] } = input;
  if (named.length === 0) throw ctx.fault("InvalidParameterException", "Container instances can not be blank.");
  if (named.length > maxInstances) {
    const message = `Container instances can not contain more than ${maxInstances} items.`;
    throw ctx.fault("InvalidParameterException", message);
  }
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const found: ContainerInstance[] = [];
  const failures: Failure[] = [];
  for (const identifier of new Set(named)) {
    const { value } = await readInstance(ctx, clusterName, identifier);
    if (value === undefined) failures.push({ arn: arnOf(ctx, clusterName, identifier), reason: "MISSING" });
    else {
      const shown = toContainerInstance(ctx.store, value, { tags: include.includes("TAGS") });
      // Nothing but the agent's own word is known of the health of a host.
      const overallStatus = value.agentConnected ? "OK" : "INSUFFICIENT_DATA";
      found.push(
        include.includes("CONTAINER_INSTANCE_HEALTH")
          ? { ...shown, healthStatus: { overallStatus, details: [] } }
          : shown,
      );
    }
  }
  return { containerInstances: found, failures };
};
