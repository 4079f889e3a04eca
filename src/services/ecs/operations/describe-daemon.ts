import { requireDaemon } from "../daemons/lookup.ts";
import type { EcsHandler } from "./handler.ts";

export const DescribeDaemon: EcsHandler<"DescribeDaemon"> = async (input, ctx) => requireDaemon(ctx, input.daemonArn);
