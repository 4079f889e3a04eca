import { Fault } from "#kernel/fault.ts";
import { uniqueDestinations } from "../model.ts";
import type { EcrHandler } from "../request/handler.ts";
import { changeRegistry } from "../request/registry.ts";

const mostDestinations = 25;

/** What is pushed from now on is copied; what is here stays alone. */
export const PutReplicationConfiguration: EcrHandler<"PutReplicationConfiguration"> = async (input, ctx) => {
  const { replicationConfiguration } = input;
  const destinations = uniqueDestinations(replicationConfiguration.rules);
  if (destinations.some(({ account, region }) => account === ctx.account && region === ctx.region)) {
    throw invalid("Replication destination cannot be the same as the source registry");
  }
  if (destinations.length > mostDestinations) {
    throw invalid(`There can be at most ${mostDestinations} replication destinations`);
  }
  await changeRegistry(ctx, (old) => ({ ...old, replication: replicationConfiguration }));
  return { replicationConfiguration };
};

function invalid(problem: string): Fault {
  const words = "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint:";
  return new Fault("InvalidParameterException", `${words} '${problem}'`);
}
