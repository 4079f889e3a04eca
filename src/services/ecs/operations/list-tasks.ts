import type { ListTasksRequest, Operations } from "#generated/ecs/types.ts";
import type { Handler, RequestContext } from "#kernel/handler.ts";
import { pageOf, positionIn } from "#kernel/pagination.ts";
import type { Entry } from "#kernel/store.ts";
import { clusterPath, type TaskIndex, type TaskRecord, tasks } from "../model/task.ts";
import { requireService } from "../services/lookup.ts";
import { requireCluster } from "../tasks/lookup.ts";

const maxPage = 100;

export const ListTasks: Handler<Operations["ListTasks"]["input"], Operations["ListTasks"]["output"]> = async (
  input,
  ctx,
) => {
  const limit = input.maxResults ?? maxPage;
  if (limit < 1 || limit > maxPage) {
    throw ctx.fault("InvalidParameterException", `maxResults must be between 1 and ${maxPage}.`);
  }
  if (input.daemonName !== undefined) {
    throw ctx.fault("InvalidParameterException", "daemonName names no daemon: this platform can have none.");
  }
  checkFilters(ctx, input);
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const { serviceName: named } = input;
  const service = named === undefined ? undefined : await requireService(ctx, clusterName, named);
  const wanted = { ...input, ...(service && { serviceName: service.value.serviceName }) };
  const { nextToken, maxResults: _, ...filters } = input;
  const scope = `ListTasks ${JSON.stringify(filters)}`;
  const after = nextToken === undefined ? undefined : positionIn(nextToken, scope);
  if (nextToken !== undefined && after === undefined) {
    throw ctx.fault("InvalidParameterException", "Invalid token: it is not a nextToken of this list.");
  }
  const at = clusterPath({ account: ctx.account, region: ctx.region, clusterName });
  const page = pageOf(find(ctx, at, wanted, after, limit + 1), limit, scope, (task) => task.key);
  return { taskArns: page.items.map((task) => task.value.taskArn), nextToken: page.nextToken };
};

/** Filters, and those that AWS does not take beside them. The desired status goes with all. */
const exclusive = [
  ["startedBy", ["family", "serviceName", "containerInstance", "launchType"]],
  ["serviceName", ["family", "containerInstance"]],
] as const;

function checkFilters(ctx: RequestContext, input: ListTasksRequest): void {
  for (const [filter, others] of exclusive) {
    if (input[filter] === undefined || others.every((other) => input[other] === undefined)) continue;
    throw ctx.fault("InvalidParameterException", `cannot specify ${filter} with other arguments`);
  }
}

/** Up to `wanted` tasks that pass every filter, read from the narrowest index in pieces. */
function find(
  ctx: RequestContext,
  at: string,
  input: ListTasksRequest,
  after: string | undefined,
  wanted: number,
): Entry<TaskRecord>[] {
  const view = ctx.store.view(tasks);
  const [index, value] = narrowest(input, at);
  const found: Entry<TaskRecord>[] = [];
  for (let from = after; ; ) {
    const piece = view.by(index, value, { limit: maxPage + 1, ...(from !== undefined && { after: from }) });
    found.push(...piece.filter((task) => passes(task.value, input)));
    from = piece.at(-1)?.key;
    if (found.length >= wanted || piece.length <= maxPage) return found.slice(0, wanted);
  }
}

function narrowest(input: ListTasksRequest, at: string): [TaskIndex, string] {
  if (input.startedBy !== undefined) return ["startedBy", `${at}/${input.startedBy}`];
  if (input.serviceName !== undefined) return ["group", `${at}/service:${input.serviceName}`];
  if (input.family !== undefined) return ["family", `${at}/${input.family}`];
  return ["desired", `${at}/${input.desiredStatus ?? "RUNNING"}`];
}

function passes(task: TaskRecord, input: ListTasksRequest): boolean {
  return (
    task.desiredStatus === (input.desiredStatus ?? "RUNNING") &&
    (input.family === undefined || task.family === input.family) &&
    (input.startedBy === undefined || task.startedBy === input.startedBy) &&
    (input.serviceName === undefined || task.group === `service:${input.serviceName}`) &&
    (input.launchType === undefined || task.launchType === input.launchType) &&
    (input.containerInstance === undefined || isOn(task, input.containerInstance))
  );
}

/** By the ARN or the id of a container instance. */
function isOn(task: TaskRecord, containerInstance: string): boolean {
  const arn = task.containerInstanceArn;
  return arn === containerInstance || arn?.split("/").at(-1) === containerInstance;
}
