import type { CreateTaskSetRequest } from "#generated/ecs/types.ts";
import { parseArn } from "#kernel/arn.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { uuid } from "#kernel/random.ts";
import { checkClientToken } from "../client-token.ts";
import { checkExecRole } from "../exec/task-role.ts";
import { invalid } from "../faults.ts";
import { type ClientTokenRecord, clientTokenHours, clientTokenKey } from "../model/client-token.ts";
import { type ServiceRecord, serviceRevisionKey } from "../model/service.ts";
import { type TaskSetRecord, taskSetArn, taskSetKey, taskSetKeyOfArn } from "../model/task-set.ts";
import { digestOfRequest } from "../request-digest.ts";
import { newRevision } from "../services/new-deployment.ts";
import { resolvePlacement } from "../services/placement.ts";
import { resolveRevision } from "../services/revision.ts";
import { requireExternalService } from "../services/task-set-lookup.ts";
import { taskSetsIn, toTaskSet } from "../services/task-set-output.ts";
import { newTaskSet } from "../services/task-sets.ts";
import { requireCluster, requireTaskDefinition } from "../tasks/lookup.ts";
import { checkConstraintCount } from "../tasks/placement.ts";
import type { EcsHandler } from "./handler.ts";

/** "5 deployments exist on the service": not in the quotas, and so on AWS. */
const mostTaskSets = 5;

/** Records what the caller wants and returns; controllers/service makes it real. */
export const CreateTaskSet: EcsHandler<"CreateTaskSet"> = async (input, ctx) => {
  checkInput(ctx, input);
  const service = await requireExternalService(ctx, input);
  const token = await ctx.store.get(clientTokenKey(ctx, "CreateTaskSet", input.clientToken ?? uuid(ctx.random)));
  const requestDigest = digestOfRequest(input);
  const same = await sameTaskSet(ctx, token.value, requestDigest);
  if (same !== undefined) return { taskSet: toTaskSet(ctx.store, same, service.value, { tags: true }) };

  checkRoom(ctx, service.value);
  const cluster = await requireCluster(ctx, input.cluster);
  const definition = await requireTaskDefinition(ctx, input.taskDefinition);
  const { enableExecuteCommand, serviceName } = service.value;
  checkExecRole(ctx, enableExecuteCommand, definition.value, "The task set couldn't be created");
  const content = await resolveRevision(ctx, { ...input, serviceName }, cluster.value, definition.value);
  checkConstraintCount(resolvePlacement(ctx, service.value, content), definition.value);
  const revision = newRevision(ctx, service.value, content);
  const taskSet = newTaskSet(ctx, input, service.value, revision.id);
  await ctx.store.commit({
    unchanged: [service, token, cluster, definition],
    put: [
      // So that a task set that is made meanwhile counts, and one that comes as the service is deleted is refused.
      { key: service.key, value: { ...service.value, steady: false } },
      { key: serviceRevisionKey(service.value, revision.id), value: revision },
      { key: taskSetKey(taskSet, taskSet.id), value: taskSet },
      { key: token.key, value: newToken(ctx, requestDigest, taskSet) },
    ],
  });
  return { taskSet: toTaskSet(ctx.store, taskSet, service.value, { tags: true }) };
};

function checkInput(ctx: RequestContext, { clientToken, loadBalancers = [] }: CreateTaskSetRequest): void {
  checkClientToken(ctx, clientToken, 36);
  if (loadBalancers.length > 1) throw invalid("A task set can have one load balancer only.");
  if (loadBalancers.some(({ advancedConfiguration }) => advancedConfiguration !== undefined)) {
    throw invalid("advancedConfiguration is only supported with the ECS deployment controller.");
  }
}

function checkRoom(ctx: RequestContext, service: ServiceRecord): void {
  const { length } = taskSetsIn(ctx.store, service);
  if (length < mostTaskSets) return;
  throw invalid(
    `${length} deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.`,
  );
}

/** The task set when this very request has made it already. Throws when another one has. */
async function sameTaskSet(
  ctx: RequestContext,
  token: ClientTokenRecord | undefined,
  requestDigest: string,
): Promise<TaskSetRecord | undefined> {
  if (token === undefined) return undefined;
  if (token.requestDigest !== requestDigest) throw invalid("Creation of task set was not idempotent.");
  const key = taskSetKeyOfArn(parseArn(token.resourceArns[0]!));
  return key && (await ctx.store.get(key)).value;
}

function newToken(ctx: RequestContext, requestDigest: string, taskSet: TaskSetRecord): ClientTokenRecord {
  return {
    requestDigest,
    resourceArns: [taskSetArn(taskSet, taskSet.id)],
    expiresAt: ctx.clock.now() + clientTokenHours * 3_600_000,
  };
}
