import { pageOf, positionIn } from "#kernel/pagination.ts";
import type { Entry } from "#kernel/store.ts";
import { type AlarmHistoryRecord, historyPrefix } from "../model.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

const perPage = 100;

/** Newest first, unless asked for otherwise. Without types only metric alarms are meant. */
export const DescribeAlarmHistory: CloudWatchHandler<"DescribeAlarmHistory"> = async (input, ctx) => {
  const { AlarmName: name, AlarmTypes: types = ["MetricAlarm"], HistoryItemType: itemType } = input;
  const { StartDate: start = 0, EndDate: end = Number.POSITIVE_INFINITY, ScanBy: order } = input;
  const { MaxRecords: limit = perPage, NextToken: token, ...filters } = input;
  const scope = JSON.stringify(["DescribeAlarmHistory", ctx.account, ctx.region, filters]);
  const after = token === undefined ? undefined : positionIn(token, scope);
  if (token !== undefined && after === undefined) throw ctx.fault("InvalidNextToken", "The next token is not valid.");
  // Alarms here have no contributors: nothing is the history of one.
  const told = input.AlarmContributorId === undefined ? await ctx.store.list(historyPrefix(ctx, name)) : [];
  const all = told.filter(
    ({ value }) =>
      types.includes(value.alarmType) &&
      (itemType ?? value.itemType) === value.itemType &&
      value.time >= start &&
      value.time <= end,
  );
  const sorted = all.toSorted((a, b) => (positionOf(a) < positionOf(b) ? -1 : 1));
  const ordered = order === "TimestampAscending" ? sorted : sorted.toReversed();
  const from = after === undefined ? 0 : ordered.findIndex((entry) => positionOf(entry) === after) + 1;
  const { items, nextToken } = pageOf(ordered.slice(from), limit, scope, positionOf);
  return {
    AlarmHistoryItems: items.map(({ value }) => ({
      ...{ AlarmName: value.alarmName, AlarmType: value.alarmType, Timestamp: value.time },
      ...{ HistoryItemType: value.itemType, HistorySummary: value.summary, HistoryData: value.data },
    })),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};

/** By time, whatever the alarm. */
function positionOf({ key, value }: Entry<AlarmHistoryRecord>): string {
  return `${String(value.time).padStart(15, "0")} ${key}`;
}
