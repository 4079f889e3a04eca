import type { Failure } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { hex } from "#kernel/random.ts";
import type { Entry } from "#kernel/store.ts";
import type { PlacementRequest } from "#placement/index.ts";
import { poolOfInstance } from "../clusters/instance-pool.ts";
import { checkTaskExecRole } from "../exec/task-role.ts";
import { checkNamedInstances, readInstances } from "../instances/lookup.ts";
import { type ContainerInstanceRecord, changeInstance } from "../model/container-instance.ts";
import { taskKey } from "../model/task.ts";
import { checkAmounts } from "../tasks/amounts.ts";
import { newTask } from "../tasks/launch.ts";
import { requireCluster, requireTaskDefinition } from "../tasks/lookup.ts";
import { placementRequest } from "../tasks/needs.ts";
import { zonesOfSubnets } from "../tasks/network.ts";
import { toTask } from "../tasks/output.ts";
import { placeOn } from "../tasks/place.ts";
import { prepareTasks } from "../tasks/prepare.ts";
import { checkRoles, checkRunnable, checkSupported } from "../tasks/validate.ts";
import type { EcsHandler } from "./handler.ts";

/** Records a task on each of these container instances, whatever constraints say; on those without room a failure. */
export const StartTask: EcsHandler<"StartTask"> = async (input, ctx) => {
  const { containerInstances: named } = input;
  checkNamedInstances(ctx, named);
  checkSupported(ctx, input);
  const capacity = { launchType: "EC2" } as const;
  const cluster = await requireCluster(ctx, input.cluster);
  const definition = await requireTaskDefinition(ctx, input.taskDefinition);
  checkRunnable(capacity, definition.value, {});
  const wanted = await prepareTasks(ctx, input, cluster.value, definition.value, false);
  checkAmounts(ctx, wanted.overrides, definition.value, capacity.launchType);
  checkTaskExecRole(ctx, input.enableExecuteCommand, wanted.overrides, definition.value);
  checkRoles(ctx, wanted.overrides, definition.value);
  const { overrides, group, awsvpcConfiguration } = wanted;
  const zones = awsvpcConfiguration && zonesOfSubnets(ctx.store, wanted.world, awsvpcConfiguration.subnets);
  const plain = { ...definition.value, placementConstraints: [] };
  const request = placementRequest({ definition: plain, overrides, group, ...(zones && { zones }), fallback: [] });
  const { places, failures } = await findPlaces(ctx, wanted.clusterName, named, request);
  const made = places.map(({ value }) =>
    newTask({ ...wanted, capacity, instance: placeOn(value), id: hex(ctx.random, 32) }),
  );
  await ctx.store.commit({
    unchanged: [cluster, definition, ...places],
    put: [
      ...made.map((task) => ({ key: taskKey(task), value: task })),
      ...places.map(({ key, value }) => ({ key, value: changeInstance(value, {}) })),
    ],
  });
  return { tasks: made.map((task) => toTask(task, { tags: true })), failures };
};

async function findPlaces(
  ctx: RequestContext,
  clusterName: string,
  named: readonly string[],
  request: PlacementRequest,
): Promise<{ readonly places: readonly Entry<ContainerInstanceRecord>[]; readonly failures: readonly Failure[] }> {
  const places = new Map<string, Entry<ContainerInstanceRecord>>();
  const failures: Failure[] = [];
  for (const { arn, entry } of await readInstances(ctx, clusterName, named)) {
    if (entry === undefined) {
      failures.push({ arn, reason: "MISSING" });
      continue;
    }
    const [reason] = poolOfInstance(ctx.store, entry.value).check(entry.value.id, request);
    if (reason === undefined) places.set(entry.key, entry);
    else failures.push({ arn, reason });
  }
  return { places: [...places.values()], failures };
}
