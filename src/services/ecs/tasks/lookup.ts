import { parseArn } from "#kernel/arn.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Key } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { type ClusterRecord, clusterKey, defaultClusterName } from "../model/cluster.ts";
import { type TaskRecord, taskKey } from "../model/task.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";
import { findTaskDefinition } from "../task-definition/lookup.ts";

/** The cluster with this name or ARN of the caller's world; without one the default cluster. It must be ACTIVE. */
export async function requireCluster(
  ctx: RequestContext,
  identifier: string | undefined,
): Promise<Entry<ClusterRecord>> {
  const cluster = await ctx.store.get(clusterKey(ctx, clusterNameOf(identifier)));
  const isElsewhere = identifier?.startsWith("arn:") && identifier !== cluster.value?.clusterArn;
  if (cluster.value === undefined || isElsewhere) throw ctx.fault("ClusterNotFoundException", "Cluster not found.");
  if (cluster.value.status !== "ACTIVE") {
    throw ctx.fault("ClusterNotFoundException", "The referenced cluster was inactive.");
  }
  return cluster;
}

/**
 * `web` for `web` and for `arn:aws:ecs:us-east-1:000000000000:cluster/web`. An empty one is none: Terraform says so of
 * services that name no cluster.
 */
export function clusterNameOf(identifier: string | undefined): string {
  const named = identifier || defaultClusterName;
  return parseArn(named)?.resource.replace(/^cluster\//, "") ?? named;
}

/** The ACTIVE revision that `family`, `family:revision` or an ARN names; a bare family means its newest ACTIVE one. */
export async function requireTaskDefinition(
  ctx: RequestContext,
  identifier: string,
): Promise<Entry<TaskDefinitionRecord>> {
  const found = requireKnownTaskDefinition(ctx, identifier);
  if (found.value.status !== "ACTIVE") throw ctx.fault("ClientException", "TaskDefinition is inactive");
  return found;
}

/** The same in any status: what runs from a deregistered one runs on, and can be scaled. */
export function requireKnownTaskDefinition(ctx: RequestContext, identifier: string): Entry<TaskDefinitionRecord> {
  const found = findTaskDefinition(ctx, identifier);
  if (found === undefined) throw ctx.fault("ClientException", "TaskDefinition not found.");
  return found;
}

/** Hexadecimal digits; before 2018, a UUID. */
const taskIdLengths = [32, 36];

/** The key of a task by its id or ARN, in the cluster that the request names. */
export function taskKeyIn(ctx: RequestContext, clusterName: string, identifier: string): Key<TaskRecord> {
  const id = nameInCluster(ctx, { kind: "task", what: "id", clusterName }, identifier);
  if (!taskIdLengths.includes(id.length)) {
    throw ctx.fault("InvalidParameterException", `taskId length should be one of [${taskIdLengths}]`);
  }
  return taskKey({ account: ctx.account, region: ctx.region, clusterName, id });
}

/**
 * What a text names in a cluster: an id or a name itself, or the end of an ARN, which may be without the cluster (the
 * form that ARNs had before 2018). Throws when the ARN is of something else, or of another cluster, account or region.
 */
export function nameInCluster(
  ctx: RequestContext,
  at: { readonly kind: "task" | "service"; readonly what: "id" | "name"; readonly clusterName: string },
  identifier: string,
): string {
  const found = placeInCluster(ctx, at.kind, identifier);
  if (found === undefined) {
    const message = `Invalid identifier: ${identifier} is not the ${at.what} or ARN of a ${at.kind}.`;
    throw ctx.fault("InvalidParameterException", message);
  }
  const { clusterName: named = at.clusterName, name } = found;
  if (named === at.clusterName) return name;
  throw wrongCluster(ctx, named, at.clusterName);
}

/** An ARN is of another cluster than the one that the request is about. */
export function wrongCluster(ctx: RequestContext, named: string, clusterName: string): Error {
  const message = `Identifier is for cluster ${named}. Your cluster is ${clusterName}`;
  return ctx.fault("InvalidParameterException", `Invalid identifier: ${message}`);
}

/** The same as data, for whoever asks which resource a request is about; undefined for an ARN of anything else. */
export function placeInCluster(
  { account, region }: World,
  kind: string,
  identifier: string,
): { readonly clusterName?: string; readonly name: string } | undefined {
  if (identifier === "") return undefined;
  if (!identifier.startsWith("arn:")) return { name: identifier };
  const arn = parseArn(identifier);
  if (arn?.service !== "ecs" || arn.account !== account || arn.region !== region) return undefined;
  const path = arn.resource.split("/");
  if (path[0] !== kind || path.includes("")) return undefined;
  if (path.length === 2) return { name: path[1]! };
  return path.length === 3 ? { clusterName: path[1]!, name: path[2]! } : undefined;
}
