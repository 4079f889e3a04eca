import type { TagFilter } from "#generated/logs/types.ts";
import { type LogGroupRecord, logGroupArn } from "../model.ts";
import { refuseLinkedAccounts } from "../names.ts";
import { listPage } from "../pages.ts";
import { allGroups, nameOf } from "./describe-log-groups.ts";
import type { LogsHandler } from "./handler.ts";

export const ListLogGroups: LogsHandler<"ListLogGroups"> = async (input, ctx) => {
  refuseLinkedAccounts(ctx, input);
  const { logGroupNamePattern, logGroupClass, logGroupTags = [], limit = 50 } = input;
  for (const field of ["dataSources", "fieldIndexNames"] as const) {
    if (input[field] !== undefined) throw ctx.fault("InvalidParameterException", `${field} is not supported.`);
  }
  const found = allGroups(ctx).filter(
    (group) =>
      (logGroupNamePattern === undefined || matchesPattern(group.logGroupName, logGroupNamePattern)) &&
      (logGroupClass === undefined || group.logGroupClass === logGroupClass) &&
      logGroupTags.every((filter) => hasTag(group, filter)),
  );
  const scope = `ListLogGroups ${logGroupNamePattern ?? ""} ${logGroupClass ?? ""} ${JSON.stringify(logGroupTags)}`;
  const { items, nextToken } = listPage(found, { scope, nextToken: input.nextToken, limit }, nameOf);
  return {
    logGroups: items.map((group) => ({
      logGroupName: group.logGroupName,
      logGroupArn: logGroupArn(group),
      logGroupClass: group.logGroupClass,
    })),
    ...(nextToken !== undefined && { nextToken }),
  };
};

/** Alternatives separated by `|`; one that begins with `^` is a prefix, another may stand anywhere. */
function matchesPattern(name: string, pattern: string): boolean {
  return pattern
    .split("|")
    .some((part) => (part.startsWith("^") ? name.startsWith(part.slice(1)) : name.includes(part)));
}

function hasTag(group: LogGroupRecord, { key, values = [] }: TagFilter): boolean {
  const value = group.tags[key];
  return value !== undefined && (values.length === 0 || values.includes(value));
}
