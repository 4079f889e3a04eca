import type { MetricTransformation, QueryParameter } from "#generated/logs/types.ts";
import { parseArn } from "#kernel/arn.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { arnIn, type World, worldOf } from "#kernel/world.ts";

/** A log group. Its events are in segment files under its id, so that a group made anew has none of the old one's. */
export interface LogGroupRecord extends World {
  readonly logGroupName: string;
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly creationTime: number;
  readonly logGroupClass: "STANDARD" | "INFREQUENT_ACCESS";
  /** Absent: events never expire. */
  readonly retentionInDays?: number;
  readonly deletionProtectionEnabled: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** A log stream. What changes with its events (times, sizes) is kept with the segments. */
export interface LogStreamRecord {
  readonly groupId: string;
  readonly logStreamName: string;
  /** 16 hexadecimal digits, never used again. */
  readonly id: string;
  readonly creationTime: number;
}

/** Events of a deleted group, or of a deleted stream, that are still to be removed from the disk. */
export interface LogRemovalRecord {
  readonly groupId: string;
  /** Absent: the whole group. */
  readonly streamId?: string;
}

export const logGroups: Collection<LogGroupRecord, "world" | "id"> = {
  name: "logs/group",
  indexes: { world: worldOf, id: ({ id }) => id },
};

export const logStreams: Collection<LogStreamRecord, "group" | "id"> = {
  name: "logs/stream",
  indexes: { group: ({ groupId }) => groupId, id: ({ id }) => id },
};

/**
 * Which services of AWS may write logs: of the whole world under a name, or of one log group. Ends with the group that
 * it is of.
 */
export interface LogResourcePolicyRecord extends World {
  readonly of: { readonly policyName: string } | { readonly logGroupName: string; readonly revisionId: string };
  readonly policyDocument: string;
  readonly lastUpdatedTime: number;
}

/** A saved query: its text, and the log groups that it is for. */
export interface QueryDefinitionRecord extends World {
  readonly queryDefinitionId: string;
  readonly name: string;
  readonly queryString: string;
  readonly logGroupNames: readonly string[];
  readonly parameters: readonly QueryParameter[];
  readonly lastModified: number;
}

export const logQueryDefinitions: Collection<QueryDefinitionRecord, "world"> = {
  name: "logs/query-definition",
  indexes: { world: worldOf },
};

/** A metric filter, as PutMetricFilter was given it. Ends with its group. */
export interface MetricFilterRecord extends World {
  readonly logGroupName: string;
  readonly groupId: string;
  readonly filterName: string;
  readonly filterPattern: string;
  readonly metricTransformations: readonly MetricTransformation[];
  readonly creationTime: number;
}

export const metricFilters: Collection<MetricFilterRecord, "world" | "group"> = {
  name: "logs/metric-filter",
  indexes: { world: worldOf, group: ({ groupId }) => groupId },
};

/** A subscription filter, and how far it has come. Ends with its group. */
export interface SubscriptionFilterRecord extends World {
  readonly logGroupName: string;
  readonly groupId: string;
  readonly filterName: string;
  readonly filterPattern: string;
  readonly destinationArn: string;
  readonly creationTime: number;
  /** The number of the group's first event that was not handed on yet. */
  readonly position: number;
}

export const subscriptionFilters: Collection<SubscriptionFilterRecord, "group"> = {
  name: "logs/subscription-filter",
  indexes: { group: ({ groupId }) => groupId },
};

export const logRemovals: Collection<LogRemovalRecord> = { name: "logs/removal" };

export const logResourcePolicies: Collection<LogResourcePolicyRecord, "world"> = {
  name: "logs/resource-policy",
  indexes: { world: worldOf },
};

export function logGroupKey({ account, region }: World, logGroupName: string): Key<LogGroupRecord> {
  return keyOf(logGroups, account, region, logGroupName);
}

export function logStreamKey(groupId: string, logStreamName: string): Key<LogStreamRecord> {
  return keyOf(logStreams, groupId, logStreamName);
}

export function logResourcePolicyKey(
  { account, region }: World,
  of: { readonly policyName: string } | { readonly logGroupName: string },
): Key<LogResourcePolicyRecord> {
  const place = "policyName" in of ? (["name", of.policyName] as const) : (["group", of.logGroupName] as const);
  return keyOf(logResourcePolicies, account, region, ...place);
}

export function queryDefinitionKey({ account, region }: World, id: string): Key<QueryDefinitionRecord> {
  return keyOf(logQueryDefinitions, account, region, id);
}

/** In the order of groups, then of filters. */
export function metricFilterKey(world: World, logGroupName: string, filterName: string): Key<MetricFilterRecord> {
  return keyOf(metricFilters, world.account, world.region, logGroupName, filterName);
}

export function subscriptionFilterKey(groupId: string, filterName: string): Key<SubscriptionFilterRecord> {
  return keyOf(subscriptionFilters, groupId, filterName);
}

export function logRemovalKey({ groupId, streamId }: LogRemovalRecord): Key<LogRemovalRecord> {
  return streamId === undefined ? keyOf(logRemovals, groupId) : keyOf(logRemovals, groupId, streamId);
}

/** `arn:aws:logs:us-east-1:000000000000:log-group:/app` */
export function logGroupArn({ account, region, logGroupName }: World & { readonly logGroupName: string }): string {
  const resource = `log-group:${logGroupName}`;
  return arnIn({ account, region }, "logs", resource);
}

export function logStreamArn(group: LogGroupRecord, logStreamName: string): string {
  return `${logGroupArn(group)}:log-stream:${logStreamName}`;
}

/** The group's name in its ARN, with or without `:*` at the end; undefined when it is no group of this world. */
export function logGroupNameIn(arnText: string, { account, region }: World): string | undefined {
  const arn = parseArn(arnText);
  if (arn?.service !== "logs" || arn.account !== account || arn.region !== region) return undefined;
  return /^log-group:([^:*]+)(:\*)?$/.exec(arn.resource)?.[1];
}

const dayMs = 86_400_000;

/** How long events are kept, in milliseconds; undefined: forever. */
export function retentionMs({ retentionInDays }: LogGroupRecord): number | undefined {
  return retentionInDays === undefined ? undefined : retentionInDays * dayMs;
}

/** Events before this time have expired, whether or not their segments are deleted yet. */
export function visibleFrom(group: LogGroupRecord, now: number): number {
  const retention = retentionMs(group);
  return retention === undefined ? 0 : now - retention;
}

/** A group as CreateLogGroup makes it when only a name is given. */
export function newLogGroup(
  { account, region }: World,
  logGroupName: string,
  made: { readonly id: string; readonly now: number },
): LogGroupRecord {
  return {
    ...{ account, region, logGroupName, id: made.id, creationTime: made.now },
    ...{ logGroupClass: "STANDARD", deletionProtectionEnabled: false, tags: {} },
  };
}

export function newLogStream(groupId: string, logStreamName: string, id: string, now: number): LogStreamRecord {
  return { groupId, logStreamName, id, creationTime: now };
}
