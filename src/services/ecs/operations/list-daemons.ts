import { pageStart } from "../paging.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** There are none: see `CreateDaemon`. */
export const ListDaemons: EcsHandler<"ListDaemons"> = async (input, ctx) => {
  pageStart("ListDaemons", input);
  await requireCluster(ctx, input.clusterArn);
  return { daemonSummariesList: [] };
};
