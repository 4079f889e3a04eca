import { checkClientToken } from "../client-token.ts";
import { refuseCapacity } from "../daemons/validate.ts";
import { newTags } from "../tags/tags.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** Checks the request; no capacity provider of this platform can have daemons. */
export const CreateDaemon: EcsHandler<"CreateDaemon"> = async (input, ctx) => {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(input.daemonName)) {
    const allowed = "Up to 255 letters, digits, underscores and hyphens are allowed.";
    throw ctx.fault("InvalidParameterException", `Invalid daemon name. ${allowed}`);
  }
  checkClientToken(ctx, input.clientToken, 36);
  newTags(input.tags);
  await requireCluster(ctx, input.clusterArn);
  return refuseCapacity(ctx, input);
};
