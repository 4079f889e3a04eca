import { missingParts } from "../daemons/parts.ts";
import type { EcsHandler } from "./handler.ts";

/** There are none: see `CreateDaemon`. */
export const DescribeDaemonDeployments: EcsHandler<"DescribeDaemonDeployments"> = async (input, ctx) => ({
  daemonDeployments: [],
  failures: await missingParts(ctx, "daemon-deployment", input.daemonDeploymentArns),
});
