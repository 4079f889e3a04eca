import type { GetMetricDataInput, MetricDataResult } from "#generated/cloudwatch/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { positionIn, tokenAfter } from "#kernel/pagination.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import { checkQueries } from "../query/check.ts";
import { type Labelled, labelOf } from "../query/labels.ts";
import { type FoundSeries, type QueryResult, runQueries } from "../query/run.ts";
import type { CloudWatchHandler } from "../request/handler.ts";
import { checkTimes, type Refuse } from "../request/metric.ts";
import { parseZone } from "../widget/time.ts";

const mostQueries = 500;
const mostDatapoints = 100_800;

export function getMetricData(storage: MetricStorage): CloudWatchHandler<"GetMetricData"> {
  return async (input, ctx) => {
    const { MetricDataQueries: queries, StartTime: startMs, EndTime: endMs } = input;
    const refuse: Refuse = (message) => ctx.fault("ValidationError", message);
    // Words of this operation alone: GetMetricStatistics says of equal times that the one must be less.
    if (startMs === endMs) throw refuse("The parameter StartTime must not equal parameter EndTime.");
    checkTimes(refuse, startMs, endMs);
    if (queries.length > mostQueries) {
      const message = `The collection MetricDataQueries must not have a size greater than ${mostQueries}.`;
      throw ctx.fault("ValidationError", message);
    }
    if (queries.length === 0) throw ctx.fault("ValidationError", "The parameter MetricDataQueries is required.");
    const { account, region } = ctx;
    const checked = checkQueries(ctx, queries, "MetricDataQueries");
    const range = { account, region, startMs, endMs, nowMs: ctx.clock.now() };
    const results = await runQueries(storage, checked, range);
    const returned = results.filter((_result, i) => queries[i]!.ReturnData ?? true);
    return { ...pageOf(ctx, input, resultsOf(ctx, input, returned)), Messages: [] };
  };
}

function resultsOf(
  ctx: RequestContext,
  { MetricDataQueries: queries, ScanBy: scanBy = "TimestampDescending", LabelOptions: options }: GetMetricDataInput,
  results: readonly QueryResult[],
): MetricDataResult[] {
  const { account, region } = ctx;
  const place = { account, region, offsetMinutes: offsetOf(ctx, options?.Timezone), nowMs: ctx.clock.now() };
  const labelled = results.flatMap(({ id, series }) =>
    series.map((each): Labelled => ({ query: queries.find(({ Id }) => Id === id)!, series: each, ...place })),
  );
  return results.flatMap(({ id, error }): MetricDataResult[] => {
    if (error !== undefined) {
      const messages = [{ Code: "ArgumentValidation", Value: `Error in expression '${id}': ${error}` }];
      return [{ Id: id, Label: id, Timestamps: [], Values: [], StatusCode: "InternalError", Messages: messages }];
    }
    return labelled
      .filter(({ query }) => query.Id === id)
      .map((each) => {
        const times = each.series.times.map((time) => time * 1000);
        const isDescending = scanBy === "TimestampDescending";
        return {
          Id: id,
          Label: labelOf(each, labelled),
          Timestamps: isDescending ? times.toReversed() : times,
          Values: isDescending ? each.series.values.toReversed() : each.series.values,
          StatusCode: "Complete",
          ...unitsMessage(each.series),
        };
      });
  });
}

/** A time zone as `LabelOptions` has it (`+0130`), in minutes ahead of UTC. */
function offsetOf(ctx: RequestContext, zone = "+0000"): number {
  if (!/^[+-]([01]\d|2[0-3])[0-5]\d$/.test(zone)) {
    const format = "+ or - followed by two digits of hours and two of minutes, as in +0130";
    throw ctx.fault("InvalidParameterValue", `The parameter LabelOptions.Timezone must be ${format}.`);
  }
  return parseZone(zone);
}

/** What CloudWatch says where a metric was measured in several units, and the query names none. */
function unitsMessage({ units = [] }: FoundSeries): Pick<MetricDataResult, "Messages"> {
  if (units.length <= 1) return {};
  return { Messages: [{ Code: "MultipleUnits", Value: `Multiple units returned: '[${units.join(", ")}]'` }] };
}

/** As many data points as one answer may have; where there are more the results go on in the next one. */
function pageOf(
  ctx: RequestContext,
  input: GetMetricDataInput,
  results: readonly MetricDataResult[],
): { MetricDataResults: MetricDataResult[]; NextToken?: string } {
  const { NextToken: token, MaxDatapoints: limit = mostDatapoints, MetricDataQueries: queries } = input;
  const scope = JSON.stringify(["GetMetricData", ctx.account, ctx.region, queries, input.StartTime, input.EndTime]);
  const skipped = token === undefined ? 0 : Number(positionIn(token, scope) ?? Number.NaN);
  if (!Number.isSafeInteger(skipped)) throw ctx.fault("InvalidNextToken", "The next token is not valid.");
  const page: MetricDataResult[] = [];
  let at = 0;
  let left = Math.min(limit, mostDatapoints);
  for (const result of results) {
    const { Values: values = [], Timestamps: times = [] } = result;
    const from = Math.max(0, skipped - at);
    const isBefore = from > 0 && from >= values.length;
    at += values.length;
    if (isBefore) continue;
    const part = { Values: values.slice(from, from + left), Timestamps: times.slice(from, from + left) };
    const isWhole = from + part.Values.length === values.length;
    if (left === 0 && values.length > 0) break;
    page.push({ ...result, ...part, ...(!isWhole && { StatusCode: "PartialData" as const }) });
    left -= part.Values.length;
  }
  const given = page.reduce((sum, { Values: values = [] }) => sum + values.length, skipped);
  const total = results.reduce((sum, { Values: values = [] }) => sum + values.length, 0);
  return { MetricDataResults: page, ...(given < total && { NextToken: tokenAfter(scope, String(given)) }) };
}
