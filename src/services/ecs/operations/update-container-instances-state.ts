import type { Failure } from "#generated/ecs/types.ts";
import type { Entry } from "#kernel/store.ts";
import { checkNamedInstances, readInstances } from "../instances/lookup.ts";
import { toContainerInstance } from "../instances/output.ts";
import { type ContainerInstanceRecord, changeInstance } from "../model/container-instance.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** Drains instances or takes them into use again; the tasks of services follow (`controllers/service`). */
export const UpdateContainerInstancesState: EcsHandler<"UpdateContainerInstancesState"> = async (input, ctx) => {
  const { status, containerInstances: named } = input;
  if (status !== "ACTIVE" && status !== "DRAINING") {
    const message = "Container instances status should be one of [ACTIVE,DRAINING]";
    throw ctx.fault("InvalidParameterException", message);
  }
  checkNamedInstances(ctx, named);
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const found: Entry<ContainerInstanceRecord>[] = [];
  const failures: Failure[] = [];
  for (const { arn, entry } of await readInstances(ctx, clusterName, named)) {
    if (entry === undefined) failures.push({ arn, reason: "MISSING" });
    else if (entry.value.status === "INACTIVE") failures.push({ arn, reason: "INACTIVE" });
    else found.push(entry);
  }
  const changed = found.map(({ key, value }) => ({
    key,
    value: value.status === status ? value : changeInstance(value, { status }),
  }));
  await ctx.store.commit({ unchanged: found, put: changed.filter(({ value }, i) => value !== found[i]!.value) });
  return { containerInstances: changed.map(({ value }) => toContainerInstance(ctx.store, value)), failures };
};
