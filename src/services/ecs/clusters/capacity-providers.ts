import type { CapacityProvider, CapacityProviderStrategyItem as StrategyInput } from "#generated/ecs/types.ts";
import type { World } from "#kernel/world.ts";
import { invalid } from "../faults.ts";
import type { CapacityProviderStrategyItem } from "../model/cluster.ts";
import { ecsArn } from "../model/world.ts";

/** The capacity providers that every account has. */
export const fargateProviders = ["FARGATE", "FARGATE_SPOT"] as const;
const maxStrategyItems = 20;

export function fargateProvider(world: World, name: (typeof fargateProviders)[number]): CapacityProvider {
  return {
    capacityProviderArn: ecsArn(world, `capacity-provider/${name}`),
    name,
    status: "ACTIVE",
    type: name,
    tags: [],
  };
}

export interface ClusterCapacity {
  readonly capacityProviders: readonly string[];
  readonly defaultCapacityProviderStrategy: readonly CapacityProviderStrategyItem[];
}

/** Checks the providers of a cluster and its default strategy, and completes the strategy. */
export function resolveCapacityProviders(
  capacityProviders: readonly string[] = [],
  strategy: readonly StrategyInput[] = [],
): ClusterCapacity {
  const names = [...new Set(capacityProviders)];
  if (names.some((name) => !(fargateProviders as readonly string[]).includes(name))) {
    throw invalid("The specified capacity provider was not found. Specify a valid capacity provider and try again.");
  }
  if (strategy.length > maxStrategyItems) {
    throw invalid(`A capacity provider strategy can contain a maximum of ${maxStrategyItems} capacity providers.`);
  }
  if (strategy.some((item) => !names.includes(item.capacityProvider))) {
    throw invalid(
      "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the " +
        "cluster.",
    );
  }
  if (new Set(strategy.map((item) => item.capacityProvider)).size < strategy.length) {
    throw invalid("The specified capacity provider strategy contains the same capacity provider more than once.");
  }
  if (strategy.filter((item) => (item.base ?? 0) > 0).length > 1) {
    throw invalid(
      "The specified capacity provider strategy contains multiple capacity providers with a base value defined.",
    );
  }
  return {
    capacityProviders: names,
    defaultCapacityProviderStrategy: strategy.map(({ capacityProvider, weight = 0, base = 0 }) => ({
      capacityProvider,
      weight,
      base,
    })),
  };
}
