import { readInstance } from "../instances/lookup.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** The agent of a host is a part of the platform and is as new as that is. */
export const UpdateContainerAgent: EcsHandler<"UpdateContainerAgent"> = async (input, ctx) => {
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const { value } = await readInstance(ctx, clusterName, input.containerInstance);
  if (value === undefined || value.status === "INACTIVE") {
    throw ctx.fault("InvalidParameterException", "Instance not found.");
  }
  throw ctx.fault(
    "NoUpdateAvailableException",
    "There is no update available for this container agent. It is updated together with the platform.",
  );
};
