import { requireDaemon } from "../daemons/lookup.ts";
import type { EcsHandler } from "./handler.ts";

export const UpdateDaemon: EcsHandler<"UpdateDaemon"> = async (input, ctx) => requireDaemon(ctx, input.daemonArn);
