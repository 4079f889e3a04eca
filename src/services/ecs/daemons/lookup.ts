import { parseArn } from "#kernel/arn.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import {
  type DaemonTaskDefinitionRecord,
  daemonTaskDefinitionKey,
  daemonTaskDefinitions,
} from "../model/daemon-task-definition.ts";
import { requireCluster } from "../tasks/lookup.ts";

export interface DaemonDefinitionReference {
  readonly family: string;
  /** Absent: the latest ACTIVE one. */
  readonly revision?: number;
}

/** `family`, `family:revision`, or an ARN of either; undefined when it is none of these, or of another world. */
export function parseDaemonDefinition(text: string, { account, region }: World): DaemonDefinitionReference | undefined {
  const arn = parseArn(text);
  if (arn !== undefined && (arn.service !== "ecs" || arn.account !== account || arn.region !== region))
    return undefined;
  const name = arn === undefined ? text : /^daemon-task-definition\/(.+)$/.exec(arn.resource)?.[1];
  const [, family, revision] = /^([A-Za-z0-9_-]{1,255})(?::([1-9]\d{0,9}))?$/.exec(name ?? "") ?? [];
  if (family === undefined) return undefined;
  return revision === undefined ? { family } : { family, revision: Number(revision) };
}

/** The revision that is named; of a bare family the latest ACTIVE one. */
export function findDaemonDefinition(
  ctx: { readonly store: Pick<Store, "view"> } & World,
  named: string,
): Entry<DaemonTaskDefinitionRecord> | undefined {
  const reference = parseDaemonDefinition(named, ctx);
  if (reference === undefined) return undefined;
  const { family, revision } = reference;
  const view = ctx.store.view(daemonTaskDefinitions);
  if (revision !== undefined) return view.get(daemonTaskDefinitionKey(ctx, family, revision));
  return view
    .by("family", `${ctx.account}/${ctx.region}/${family}`)
    .filter(({ value }) => value.status === "ACTIVE")
    .at(-1);
}

/** Throws `ClientException`. */
export function requireDaemonDefinition(ctx: RequestContext, named: string): Entry<DaemonTaskDefinitionRecord> {
  const found = findDaemonDefinition(ctx, named);
  if (found === undefined) throw ctx.fault("ClientException", "Unable to describe daemon task definition.");
  return found;
}

/**
 * The cluster and the name that the ARN of a daemon (`daemon/CLUSTER/NAME`) or of a part of one
 * (`daemon-deployment/CLUSTER/NAME/ID`) says. Throws `InvalidParameterException` and `ClusterNotFoundException`.
 */
export async function daemonNameIn(
  ctx: RequestContext,
  kind: "daemon" | "daemon-deployment" | "daemon-revision",
  text: string,
): Promise<{ readonly clusterName: string; readonly daemonName: string }> {
  const arn = parseArn(text);
  const [found, clusterName, daemonName, ...rest] = arn?.resource.split("/") ?? [];
  const elsewhere = arn?.service !== "ecs" || arn.account !== ctx.account || arn.region !== ctx.region;
  const parts = kind === "daemon" ? 0 : 1;
  if (elsewhere || found !== kind || !clusterName || !daemonName || rest.length !== parts) {
    throw ctx.fault("InvalidParameterException", `Invalid ${kind} ARN: ${text}.`);
  }
  await requireCluster(ctx, clusterName);
  return { clusterName, daemonName };
}

/** There is no daemon here: see `CreateDaemon`. Throws `DaemonNotFoundException`. */
export async function requireDaemon(ctx: RequestContext, arn: string): Promise<never> {
  await daemonNameIn(ctx, "daemon", arn);
  throw ctx.fault("DaemonNotFoundException", "The specified daemon was not found.");
}
