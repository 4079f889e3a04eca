import { requireDaemon } from "../daemons/lookup.ts";
import type { EcsHandler } from "./handler.ts";

export const DeleteDaemon: EcsHandler<"DeleteDaemon"> = async (input, ctx) => requireDaemon(ctx, input.daemonArn);
