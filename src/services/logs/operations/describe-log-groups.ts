import type { LogGroup } from "#generated/logs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { pageOf, positionIn } from "#kernel/pagination.ts";
import { worldOf } from "#kernel/world.ts";
import { fromStorage, groupNameOf } from "../lookup.ts";
import { type LogGroupRecord, logGroupArn, logGroups, metricFilters } from "../model.ts";
import { refuseLinkedAccounts } from "../names.ts";
import type { LogStorage } from "../segments/storage.ts";
import type { LogsHandler } from "./handler.ts";

export function describeLogGroups(storage: LogStorage): LogsHandler<"DescribeLogGroups"> {
  return async (input, ctx) => {
    refuseLinkedAccounts(ctx, input);
    const { logGroupNamePrefix, logGroupNamePattern, logGroupClass, logGroupIdentifiers, limit = 50 } = input;
    if (logGroupNamePrefix !== undefined && logGroupNamePattern !== undefined) {
      const message = "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.";
      throw ctx.fault("InvalidParameterException", message);
    }
    const pattern = logGroupNamePattern?.toLowerCase() ?? "";
    const names =
      logGroupIdentifiers === undefined
        ? undefined
        : new Set(logGroupIdentifiers.map((identifier) => groupNameOf(ctx, identifier)));
    const found = groupsByName(ctx).filter(
      (group) =>
        group.logGroupName.startsWith(logGroupNamePrefix ?? "") &&
        group.logGroupName.toLowerCase().includes(pattern) &&
        (logGroupClass === undefined || group.logGroupClass === logGroupClass) &&
        (names === undefined || names.has(group.logGroupName)),
    );
    const scope = `DescribeLogGroups ${logGroupNamePrefix ?? ""} ${pattern} ${logGroupClass ?? ""}`;
    const { items, nextToken } = pageOf(after(ctx, found, scope, input.nextToken), limit, scope, nameOf);
    const logGroups = await Promise.all(
      items.map(async (group) => {
        // A search by pattern answers without what has to be looked up, as it does in AWS.
        if (logGroupNamePattern !== undefined) return toLogGroup(ctx, group);
        const storedBytes = await fromStorage(storage.storedBytes(group.id));
        return { ...toLogGroup(ctx, group), storedBytes, deletionProtectionEnabled: group.deletionProtectionEnabled };
      }),
    );
    return { logGroups, ...(nextToken !== undefined && { nextToken }) };
  };
}

/** The groups of the caller's world in the order of their names. */
export function groupsByName(ctx: RequestContext): LogGroupRecord[] {
  const entries = ctx.store.view(logGroups).by("world", worldOf(ctx));
  return entries.map((entry) => entry.value).sort((a, b) => (a.logGroupName < b.logGroupName ? -1 : 1));
}

export function nameOf(group: LogGroupRecord): string {
  return group.logGroupName;
}

/** The groups behind the place that a token names. */
export function after(
  ctx: RequestContext,
  groups: readonly LogGroupRecord[],
  scope: string,
  token: string | undefined,
): readonly LogGroupRecord[] {
  if (token === undefined) return groups;
  const position = positionIn(token, scope);
  if (position === undefined) throw ctx.fault("InvalidParameterException", "The specified nextToken is invalid.");
  return groups.filter((group) => group.logGroupName > position);
}

function toLogGroup(ctx: RequestContext, group: LogGroupRecord): LogGroup {
  const arn = logGroupArn(group);
  return {
    logGroupName: group.logGroupName,
    creationTime: group.creationTime,
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    metricFilterCount: ctx.store.view(metricFilters).count("group", group.id),
    arn: `${arn}:*`,
    logGroupClass: group.logGroupClass,
    logGroupArn: arn,
  };
}
