import { type Arn, parseArn } from "#kernel/arn.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Key } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { parseDaemonDefinition } from "../daemons/lookup.ts";
import { clusterKey } from "../model/cluster.ts";
import { instanceKeyOfArn } from "../model/container-instance.ts";
import { daemonTaskDefinitionKey } from "../model/daemon-task-definition.ts";
import { serviceKey } from "../model/service.ts";
import { taskKeyOfArn } from "../model/task.ts";
import { taskDefinitionKey } from "../model/task-definition.ts";
import { taskSetKeyOfArn } from "../model/task-set.ts";
import type { Tag } from "../model/world.ts";
import { parseTaskDefinitionReference } from "../task-definition/reference.ts";

/** What every record that can be tagged has. */
export interface Tagged {
  readonly tags: readonly Tag[];
  readonly status?: string;
  /** Of a task. */
  readonly lastStatus?: string;
}

interface ResourceKind {
  /** The key of the record that an ARN of this kind names. */
  readonly key: (arn: Arn, text: string, world: World) => Key<Tagged> | undefined;
  /** The fault's code when there is no such record. */
  readonly missing: string;
  readonly words: string;
  /** What is said of one that stays visible for a while after its deletion, and can be tagged no more. */
  readonly inactive?: string;
}

/** What can be tagged, by the first part of an ARN's resource. */
const resourceKinds: Readonly<Record<string, ResourceKind>> = {
  cluster: {
    key: (arn, _text, world) => clusterKey(world, arn.resource.slice("cluster/".length)),
    missing: "ClusterNotFoundException",
    words: "Cluster not found.",
    inactive: "The specified cluster is inactive. Specify an active cluster and try again.",
  },
  task: {
    key: (arn) => taskKeyOfArn(arn),
    missing: "InvalidParameterException",
    words: "The specified task was not found.",
  },
  "container-instance": {
    key: (arn, text, world) => (arn.resource.split("/").length === 3 ? instanceKeyOfArn(world, text) : undefined),
    missing: "InvalidParameterException",
    words: "The specified container instance was not found.",
    inactive: "The specified container instance was not found.",
  },
  service: {
    key(arn, _text, world) {
      const [, clusterName, serviceName, ...rest] = arn.resource.split("/");
      return clusterName && serviceName && rest.length === 0
        ? serviceKey({ ...world, clusterName, serviceName })
        : undefined;
    },
    missing: "InvalidParameterException",
    words: "The specified service was not found.",
    inactive: "The specified service was not found.",
  },
  "task-definition": {
    key(_arn, text, world) {
      const reference = parseTaskDefinitionReference(text, world);
      if (reference?.revision === undefined) return undefined;
      return taskDefinitionKey(world, reference.family, reference.revision);
    },
    missing: "InvalidParameterException",
    words: "The specified task definition was not found.",
  },
  "daemon-task-definition": {
    key(_arn, text, world) {
      const reference = parseDaemonDefinition(text, world);
      if (reference?.revision === undefined) return undefined;
      return daemonTaskDefinitionKey(world, reference.family, reference.revision);
    },
    missing: "InvalidParameterException",
    words: "The specified daemon task definition was not found.",
  },
  "task-set": {
    key: (arn) => taskSetKeyOfArn(arn),
    missing: "InvalidParameterException",
    words: "The specified task set was not found.",
  },
};

/** The record that an ARN names. Throws the operation's fault when it is no ARN of this world, or of nothing. */
export async function requireTagged(ctx: RequestContext, resourceArn: string): Promise<Entry<Tagged>> {
  const arn = parseArn(resourceArn);
  const name = arn?.resource.split("/")[0] ?? "";
  const kind = Object.hasOwn(resourceKinds, name) ? resourceKinds[name] : undefined;
  if (arn?.service !== "ecs" || kind === undefined || arn.account !== ctx.account || arn.region !== ctx.region) {
    throw ctx.fault("InvalidParameterException", `Invalid resource ARN: ${resourceArn}.`);
  }
  const key = kind.key(arn, resourceArn, ctx);
  const entry = key === undefined ? undefined : await ctx.store.get(key);
  if (entry?.value === undefined) throw ctx.fault(kind.missing, kind.words);
  if (kind.inactive !== undefined && entry.value.status === "INACTIVE") {
    throw ctx.fault("InvalidParameterException", kind.inactive);
  }
  return entry;
}

/** As `requireTagged`, of what can be given other tags: a task keeps those that it had when it stopped. */
export async function requireTaggable(ctx: RequestContext, resourceArn: string): Promise<Entry<Tagged>> {
  const entry = await requireTagged(ctx, resourceArn);
  if (entry.value?.lastStatus === "STOPPED") {
    const message = "The specified task is stopped. Specify a running task and try again.";
    throw ctx.fault("InvalidParameterException", message);
  }
  return entry;
}
