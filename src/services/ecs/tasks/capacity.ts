import type { RunTaskRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { ClusterRecord } from "../model/cluster.ts";
import type { Capacity } from "./launch.ts";

interface StrategyItem {
  readonly capacityProvider: string;
  readonly weight?: number;
  readonly base?: number;
}

/**
 * The capacity of each of `count` tasks: the launch type asked for, else the strategy asked for, else the cluster's
 * default strategy, else EC2 ("Amazon ECS launch types and capacity providers").
 */
export function resolveCapacity(
  ctx: RequestContext,
  input: Pick<RunTaskRequest, "launchType" | "capacityProviderStrategy">,
  cluster: ClusterRecord,
  count: number,
): Capacity[] {
  const asked = input.capacityProviderStrategy ?? [];
  if (input.launchType && asked.length > 0) {
    throw ctx.fault(
      "InvalidParameterException",
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    );
  }
  if (input.launchType === "MANAGED_INSTANCES") {
    throw ctx.fault(
      "InvalidParameterException",
      "The launch type MANAGED_INSTANCES is not available here. Use FARGATE.",
    );
  }
  const strategy = asked.length > 0 ? asked : cluster.defaultCapacityProviderStrategy;
  if (input.launchType || strategy.length === 0) {
    return Array.from({ length: count }, () => ({ launchType: input.launchType ?? "EC2" }) as Capacity);
  }
  checkStrategy(ctx, strategy, cluster);
  return spread(strategy, count).map((name) => ({ launchType: "FARGATE", capacityProviderName: name }));
}

function checkStrategy(ctx: RequestContext, strategy: readonly StrategyItem[], cluster: ClusterRecord): void {
  if (strategy.some(({ capacityProvider }) => !cluster.capacityProviders.includes(capacityProvider))) {
    throw ctx.fault(
      "InvalidParameterException",
      "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the " +
        "cluster. Associate the capacity provider with the cluster and try again.",
    );
  }
  if (strategy.filter(({ base }) => (base ?? 0) > 0).length > 1) {
    throw ctx.fault(
      "InvalidParameterException",
      "Only one capacity provider in a capacity provider strategy can have a base defined.",
    );
  }
  if (strategy.every(({ weight }) => (weight ?? 0) === 0)) {
    throw ctx.fault(
      "InvalidParameterException",
      "At least one capacity provider in the capacity provider strategy must have a weight greater than 0.",
    );
  }
}

/** The provider of each task: first the base, then by weight, each next task to the one furthest behind its share. */
export function spread(strategy: readonly StrategyItem[], count: number): string[] {
  const chosen: string[] = [];
  for (const { capacityProvider, base = 0 } of strategy) {
    for (let i = 0; i < base && chosen.length < count; i++) chosen.push(capacityProvider);
  }
  const given = strategy.map(({ weight = 0 }) => ({ weight, tasks: 0 }));
  while (chosen.length < count) {
    let next = -1;
    for (const [i, { weight, tasks }] of given.entries()) {
      const best = given[next];
      if (weight > 0 && (best === undefined || (tasks + 1) / weight < (best.tasks + 1) / best.weight)) next = i;
    }
    const item = strategy[next];
    if (item === undefined) break;
    given[next]!.tasks++;
    chosen.push(item.capacityProvider);
  }
  return chosen;
}
