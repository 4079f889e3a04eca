import { pageOf } from "#kernel/pagination.ts";
import { fargateProvider, fargateProviders } from "../clusters/capacity-providers.ts";
import { ecsArn } from "../model/world.ts";
import { pageStart } from "../paging.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

const maxPage = 10;

/** FARGATE and FARGATE_SPOT; those that callers make come with container instances. */
export const DescribeCapacityProviders: EcsHandler<"DescribeCapacityProviders"> = async (input, ctx) => {
  const { limit, scope, after = "" } = pageStart("DescribeCapacityProviders", input, maxPage);
  const associated =
    input.cluster === undefined ? fargateProviders : (await requireCluster(ctx, input.cluster)).value.capacityProviders;
  const arnOf = (name: string) => ecsArn(ctx, `capacity-provider/${name}`);
  const wanted = input.capacityProviders;
  const isWanted = (name: string) => !wanted?.length || wanted.includes(name) || wanted.includes(arnOf(name));
  const found = fargateProviders.filter((name) => associated.includes(name) && isWanted(name));
  const page = pageOf(
    found.filter((name) => name > after),
    limit,
    scope,
    (name) => name,
  );
  const missing = (wanted ?? []).filter((named) => !found.some((name) => named === name || named === arnOf(name)));
  return {
    capacityProviders: page.items.map((name) => fargateProvider(ctx, name)),
    failures: missing.map((named) => ({
      arn: named.startsWith("arn:") ? named : arnOf(named),
      reason: "MISSING",
    })),
    ...(page.nextToken && { nextToken: page.nextToken }),
  };
};
