import type { LogGroup } from "#generated/logs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { worldOf } from "#kernel/world.ts";
import { fromStorage, groupNameOf } from "../lookup.ts";
import { type LogGroupRecord, logGroupArn, logGroups, metricFilters } from "../model.ts";
import { refuseLinkedAccounts } from "../names.ts";
import { listPage } from "../pages.ts";
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
    const found = allGroups(ctx).filter(
      (group) =>
        group.logGroupName.startsWith(logGroupNamePrefix ?? "") &&
        group.logGroupName.toLowerCase().includes(pattern) &&
        (logGroupClass === undefined || group.logGroupClass === logGroupClass) &&
        (names === undefined || names.has(group.logGroupName)),
    );
    const scope = `DescribeLogGroups ${logGroupNamePrefix ?? ""} ${pattern} ${logGroupClass ?? ""}`;
    const { items, nextToken } = listPage(found, { scope, nextToken: input.nextToken, limit }, nameOf);
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

/** The groups of the caller's world. */
export function allGroups(ctx: RequestContext): LogGroupRecord[] {
  const entries = ctx.store.view(logGroups).by("world", worldOf(ctx));
  return entries.map((entry) => entry.value);
}

export function nameOf(group: LogGroupRecord): string {
  return group.logGroupName;
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
