import { daemonNameIn } from "../daemons/lookup.ts";
import { pageStart } from "../paging.ts";
import type { EcsHandler } from "./handler.ts";

/** There is no daemon that could have any: see `CreateDaemon`. */
export const ListDaemonDeployments: EcsHandler<"ListDaemonDeployments"> = async (input, ctx) => {
  pageStart("ListDaemonDeployments", input);
  await daemonNameIn(ctx, "daemon", input.daemonArn);
  throw ctx.fault("InvalidParameterException", "The specified daemon was not found.");
};
