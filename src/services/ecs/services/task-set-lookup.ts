import { parseArn } from "#kernel/arn.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Key } from "#kernel/store.ts";
import type { ServiceRecord } from "../model/service.ts";
import { type TaskSetRecord, taskSetKey, taskSetKeyOfArn } from "../model/task-set.ts";
import { requireCluster } from "../tasks/lookup.ts";
import { requireActiveService, requireService } from "./lookup.ts";

interface Named {
  readonly cluster: string;
  readonly service: string;
}

/** The service whose task sets a request changes: an ACTIVE one with the EXTERNAL controller. */
export async function requireExternalService(
  ctx: RequestContext,
  { cluster, service }: Named,
): Promise<Entry<ServiceRecord>> {
  const { clusterName } = (await requireCluster(ctx, cluster)).value;
  const found = await requireActiveService(ctx, clusterName, service);
  checkExternal(ctx, found.value);
  return found;
}

/** The service whose task sets a request asks for: one that is being deleted has some left. */
export async function requireDescribedService(
  ctx: RequestContext,
  { cluster, service }: Named,
): Promise<Entry<ServiceRecord>> {
  const { clusterName } = (await requireCluster(ctx, cluster)).value;
  const found = await requireService(ctx, clusterName, service);
  if (found.value.status === "INACTIVE") throw ctx.fault("ServiceNotActiveException", "Service was not ACTIVE.");
  checkExternal(ctx, found.value);
  return found;
}

function checkExternal(ctx: RequestContext, service: ServiceRecord): void {
  if (service.deploymentController === "EXTERNAL") return;
  throw ctx.fault(
    "InvalidParameterException",
    "Amazon ECS only supports task set management on services configured to use external deployment controllers.",
  );
}

/** Throws `TaskSetNotFoundException`. */
export async function requireTaskSet(
  ctx: RequestContext,
  service: ServiceRecord,
  identifier: string,
): Promise<Entry<TaskSetRecord>> {
  const taskSet = await ctx.store.get(taskSetKeyIn(service, identifier));
  if (taskSet.value !== undefined) return taskSet;
  throw ctx.fault("TaskSetNotFoundException", "The specified task set was not found.");
}

/** The key of the task set that an id or an ARN means; one of another service is none of this one. */
export function taskSetKeyIn(service: ServiceRecord, identifier: string): Key<TaskSetRecord> {
  const named = taskSetKeyOfArn(parseArn(identifier));
  const own = taskSetKey(service, identifier.split("/").slice(-2).join("/"));
  return named === own ? named : taskSetKey(service, identifier);
}
