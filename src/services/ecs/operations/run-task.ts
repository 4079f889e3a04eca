import type { Operations } from "#generated/ecs/types.ts";
import { parseArn } from "#kernel/arn.ts";
import type { Handler, RequestContext } from "#kernel/handler.ts";
import { hex, uuid } from "#kernel/random.ts";
import type { Read } from "#kernel/store.ts";
import { taskDefault } from "#placement/index.ts";
import { instancePool } from "../clusters/instance-pool.ts";
import { checkTaskExecRole } from "../exec/task-role.ts";
import { type ClientTokenRecord, clientTokenHours, clientTokenKey } from "../model/client-token.ts";
import { type TaskRecord, taskKey, taskKeyOfArn } from "../model/task.ts";
import { digestOfRequest } from "../request-digest.ts";
import { checkAmounts } from "../tasks/amounts.ts";
import { resolveCapacity } from "../tasks/capacity.ts";
import { type Capacity, newTask } from "../tasks/launch.ts";
import { requireCluster, requireTaskDefinition } from "../tasks/lookup.ts";
import { placementRequest } from "../tasks/needs.ts";
import { zonesOfSubnets } from "../tasks/network.ts";
import { toTask } from "../tasks/output.ts";
import { type PlacedTasks, placeTasks } from "../tasks/place.ts";
import { checkConstraintCount, resolveTaskPlacement, type TaskPlacement } from "../tasks/placement.ts";
import { type CommonTask, prepareTasks } from "../tasks/prepare.ts";
import { checkRoles, checkRunnable, checkSupported } from "../tasks/validate.ts";

/**
 * Records the tasks in PROVISIONING. Those on container instances have their place then, or are not made and among the
 * failures; Fargate's capacity is never short.
 */
export const RunTask: Handler<Operations["RunTask"]["input"], Operations["RunTask"]["output"]> = async (input, ctx) => {
  checkSupported(ctx, input);
  const token = await ctx.store.get(clientTokenKey(ctx, "RunTask", input.clientToken ?? uuid(ctx.random)));
  const requestDigest = digestOfRequest(input);
  if (token.value !== undefined) return answerAgain(ctx, token.value, requestDigest);

  const cluster = await requireCluster(ctx, input.cluster);
  const definition = await requireTaskDefinition(ctx, input.taskDefinition);
  const capacities = resolveCapacity(ctx, input, cluster.value, input.count ?? 1);
  for (const capacity of capacities) checkRunnable(capacity, definition.value, input);
  const [{ launchType }] = capacities as [Capacity];
  const fargate = launchType === "FARGATE";
  const placement = resolveTaskPlacement(ctx, input, fargate);
  checkConstraintCount(placement, definition.value);
  const wanted = await prepareTasks(ctx, input, cluster.value, definition.value, fargate);
  checkAmounts(ctx, wanted.overrides, definition.value, launchType);
  checkTaskExecRole(ctx, input.enableExecuteCommand, wanted.overrides, definition.value);
  checkRoles(ctx, wanted.overrides, definition.value);
  const placed = fargate ? undefined : place(ctx, wanted, { launchType, placement, capacities });
  const made = capacities
    .slice(0, placed?.places.length)
    .map((capacity, i) =>
      newTask({ ...wanted, capacity, ...(placed && { instance: placed.places[i]! }), id: hex(ctx.random, 32) }),
    );
  const failures = placed?.failures ?? [];
  if (made.length === 0) return { tasks: [], failures };

  await ctx.store.commit({
    unchanged: [token, cluster, definition, ...(placed?.unchanged ?? [])],
    put: [
      ...made.map((task) => ({ key: taskKey(task), value: task })),
      { key: token.key, value: newToken(ctx, requestDigest, made) },
      ...(placed?.put ?? []),
    ],
  });
  return { tasks: made.map((task) => toTask(task, { tags: true })), failures };
};

interface Placing {
  readonly launchType: "EC2" | "EXTERNAL";
  readonly placement: TaskPlacement;
  readonly capacities: readonly Capacity[];
}

/** The container instances of the tasks. Throws `InvalidParameterException` when the cluster has none. */
function place(ctx: RequestContext, wanted: CommonTask, { launchType, placement, capacities }: Placing): PlacedTasks {
  const pool = instancePool(ctx.store, { ...wanted.world, clusterName: wanted.clusterName }, launchType, ctx);
  if (pool.pool.size === 0) {
    throw ctx.fault("InvalidParameterException", "No Container Instances were found in your cluster.");
  }
  const { definition, overrides, group, awsvpcConfiguration } = wanted;
  const zones = awsvpcConfiguration && zonesOfSubnets(ctx.store, wanted.world, awsvpcConfiguration.subnets);
  const needs = { definition, overrides, group, placement, ...(zones && { zones }), fallback: taskDefault };
  return placeTasks(pool, placementRequest(needs), capacities.length);
}

/**
 * Only a request that made tasks keeps its token: one that made none (no room) may be sent again with it, as
 * EventBridge does.
 */
function newToken(ctx: RequestContext, requestDigest: string, made: readonly TaskRecord[]): ClientTokenRecord {
  return {
    requestDigest,
    resourceArns: made.map((task) => task.taskArn),
    expiresAt: ctx.clock.now() + clientTokenHours * 3_600_000,
  };
}

/** The same request with the same token: the tasks that it made, as they are now. */
async function answerAgain(ctx: RequestContext, token: ClientTokenRecord, requestDigest: string) {
  if (token.requestDigest !== requestDigest) {
    throw ctx.fault(
      "ConflictException",
      "The RunTask request could not be processed due to conflicts. The provided clientToken is already in use.",
      { resourceIds: token.resourceArns },
    );
  }
  const keys = token.resourceArns.flatMap((arn) => taskKeyOfArn(parseArn(arn)) ?? []);
  const found: Read<TaskRecord>[] = await Promise.all(keys.map((key) => ctx.store.get(key)));
  return { tasks: found.flatMap(({ value }) => (value ? [toTask(value, { tags: true })] : [])), failures: [] };
}
