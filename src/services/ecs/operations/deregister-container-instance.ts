import { readInstance } from "../instances/lookup.ts";
import { toContainerInstance } from "../instances/output.ts";
import { attributes } from "../model/attribute.ts";
import { changeInstance } from "../model/container-instance.ts";
import { changeTask, tasks } from "../model/task.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/**
 * Takes an instance out of its cluster. With `force` its tasks end, for AWS in the same words ("Stopped tasks error
 * codes"). There their containers run on, orphaned, until the machine ends: here it is the platform's and goes on, so
 * nothing else would ever end them.
 */
export const DeregisterContainerInstance: EcsHandler<"DeregisterContainerInstance"> = async (input, ctx) => {
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const known = await readInstance(ctx, clusterName, input.containerInstance);
  if (known.value === undefined || known.value.status === "INACTIVE") {
    throw ctx.fault("InvalidParameterException", "Instance not found.");
  }
  const instance = known.value;
  const own = ctx.store.view(tasks).by("instance", instance.containerInstanceArn);
  if (own.length > 0 && !input.force) {
    throw ctx.fault("InvalidParameterException", "Found running tasks on the instance.");
  }
  const ended = own.filter(({ value }) => value.desiredStatus === "RUNNING");
  const custom = ctx.store.view(attributes).by("instance", instance.containerInstanceArn);
  const value = changeInstance(instance, { status: "INACTIVE", agentConnected: false, inactiveAt: ctx.clock.now() });
  await ctx.store.commit({
    unchanged: [known, ...ended],
    put: [
      { key: known.key, value },
      ...ended.map(({ key, value: task }) => ({
        key,
        value: changeTask(task, {
          desiredStatus: "STOPPED",
          stopCode: "TerminationNotice",
          stoppedReason: "Container instance deregistration forced by user",
        }),
      })),
    ],
    remove: custom.map(({ key }) => key),
  });
  return { containerInstance: toContainerInstance(ctx.store, value, { tags: true }) };
};
