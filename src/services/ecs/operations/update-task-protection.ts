import type { Failure, ProtectedTask } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Put } from "#kernel/store.ts";
import { invalid } from "../faults.ts";
import { serviceKey, servicePath, services } from "../model/service.ts";
import { markTask, type TaskRecord, tasks } from "../model/task.ts";
import { protectionOf, protectionTarget } from "../services/protection.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

const defaultMinutes = 120;
const mostMinutes = 2880;

/** Keeps tasks of services from being stopped by scale-ins and deployments for a while, or no longer. */
export const UpdateTaskProtection: EcsHandler<"UpdateTaskProtection"> = async (input, ctx) => {
  const { expiresInMinutes = defaultMinutes, protectionEnabled } = input;
  if (input.tasks.length === 0) throw invalid("Tasks cannot be empty.");
  if (expiresInMinutes < 1 || expiresInMinutes > mostMinutes) {
    throw invalid(`expiresInMinutes must be between 1 and ${mostMinutes}.`);
  }
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const until = protectionEnabled ? ctx.clock.now() + expiresInMinutes * 60_000 : undefined;
  const found: ProtectedTask[] = [];
  const failures: Failure[] = [];
  const read: Entry<TaskRecord>[] = [];
  const put: Put[] = [];
  for (const identifier of new Set(input.tasks)) {
    const target = protectionTarget(ctx, ctx.store.view(tasks), clusterName, identifier);
    if ("failure" in target) {
      failures.push(target.failure);
      continue;
    }
    if (protectionEnabled && isBlocked(ctx, target.task.value)) {
      failures.push({ arn: target.task.value.taskArn, reason: "DEPLOYMENT_BLOCKED" });
      continue;
    }
    // By its id and by its ARN it is one.
    if (read.some(({ key }) => key === target.task.key)) continue;
    const value = withProtection(target.task.value, until);
    read.push(target.task);
    put.push({ key: target.task.key, value });
    found.push(protectionOf(value, ctx.clock.now()));
  }
  await ctx.store.commit({ unchanged: read, put });
  return { protectedTasks: found, failures };
};

/** More tasks of the service are protected than it shall have ("Task scale-in protection considerations"). */
function isBlocked({ store, clock }: RequestContext, task: TaskRecord): boolean {
  const at = { ...task, serviceName: task.service!.serviceName };
  const service = store.view(services).get(serviceKey(at))?.value;
  const own = store.view(tasks).by("service", servicePath(at));
  const count = own.filter(({ value }) => protectionOf(value, clock.now()).protectionEnabled).length;
  return service !== undefined && service.schedulingStrategy === "REPLICA" && count > service.desiredCount;
}

function withProtection(task: TaskRecord, until: number | undefined): TaskRecord {
  const { protectedUntil: _, ...service } = task.service!;
  return markTask(task, until === undefined ? service : { ...service, protectedUntil: until });
}
