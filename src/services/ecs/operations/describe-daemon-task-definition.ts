import { requireDaemonDefinition } from "../daemons/lookup.ts";
import type { EcsHandler } from "./handler.ts";

export const DescribeDaemonTaskDefinition: EcsHandler<"DescribeDaemonTaskDefinition"> = async (input, ctx) => {
  const { account, region, tags, ...shown } = requireDaemonDefinition(ctx, input.daemonTaskDefinition).value;
  return { daemonTaskDefinition: shown };
};
