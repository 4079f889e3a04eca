import { missingParts } from "../daemons/parts.ts";
import type { EcsHandler } from "./handler.ts";

/** There are none: see `CreateDaemon`. */
export const DescribeDaemonRevisions: EcsHandler<"DescribeDaemonRevisions"> = async (input, ctx) => ({
  daemonRevisions: [],
  failures: await missingParts(ctx, "daemon-revision", input.daemonRevisionArns),
});
