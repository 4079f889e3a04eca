import type { MetricDatum } from "#generated/cloudwatch/types.ts";
import { DriverError } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { mergePoints, type Point, valuePoint } from "../metrics/point.ts";
import type { MetricStorage, Sample } from "../metrics/storage.ts";
import type { CloudWatchHandler } from "../request/handler.ts";
import { invalidCombination, invalidValue, sortedDimensions } from "../request/metric.ts";

const mostData = 1000;
const mostValues = 150;
const largest = 2 ** 360;
const day = 86_400_000;
const hour = 3_600_000;

export function putMetricData(storage: MetricStorage): CloudWatchHandler<"PutMetricData"> {
  return async ({ Namespace: namespace, MetricData: data = [], EntityMetricData: entities = [] }, ctx) => {
    if (namespace.startsWith("AWS/"))
      throw invalidValue(ctx, `The value ${namespace} for parameter Namespace is invalid.`);
    if (entities.length > 0) {
      throw invalidValue(ctx, "Estiva keeps no entities: leave EntityMetricData out and put the data into MetricData.");
    }
    if (data.length === 0) {
      throw ctx.fault("MissingRequiredParameterException", "The parameter MetricData is required.");
    }
    if (data.length > mostData) {
      throw invalidValue(ctx, `The collection MetricData must not have a size greater than ${mostData}.`);
    }
    const samples = data.map((datum, i) => sampleOf(ctx, namespace, datum, `MetricData.member.${i + 1}`));
    try {
      await storage.append(samples);
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      throw ctx.fault("InternalServiceFault", error.message);
    }
    return {};
  };
}

function sampleOf(ctx: RequestContext, namespace: string, datum: MetricDatum, name: string): Sample {
  const { MetricName: metricName, Unit: unit = "None", StorageResolution: resolution = 60 } = datum;
  const dimensions = sortedDimensions(datum.Dimensions ?? []);
  const twice = dimensions.find((each, i) => i > 0 && dimensions[i - 1]!.name === each.name);
  if (twice) throw invalidValue(ctx, `The parameter ${name}.Dimensions has the dimension ${twice.name} twice.`);
  if (resolution !== 1 && resolution !== 60) {
    throw invalidValue(ctx, `The parameter ${name}.StorageResolution must be 1 or 60.`);
  }
  return {
    name: { account: ctx.account, region: ctx.region, namespace, metricName, dimensions, unit },
    point: pointOf(ctx, datum, name),
    isHighResolution: resolution === 1,
  };
}

function pointOf(ctx: RequestContext, datum: MetricDatum, name: string): Point {
  const time = Math.floor(timeOf(ctx, datum, name) / 1000);
  const { Value: value, Values: values, Counts: counts, StatisticValues: set } = datum;
  const given = Object.entries({ Value: value, Values: values, StatisticValues: set }).filter(
    ([, each]) => each !== undefined,
  );
  if (given.length > 1) {
    const [one, other] = given.map(([each]) => `${name}.${each}`);
    const message = `The parameters ${one} and ${other} are mutually exclusive and you have specified both.`;
    throw invalidCombination(ctx, message);
  }
  if (value !== undefined) return valuePoint(time, numberOf(ctx, value, `${name}.Value`));
  if (set !== undefined) {
    const [count, sum, min, max] = [set.SampleCount, set.Sum, set.Minimum, set.Maximum].map((each) =>
      numberOf(ctx, each, `${name}.StatisticValues`),
    ) as [number, number, number, number];
    if (count <= 0)
      throw invalidValue(ctx, `The parameter ${name}.StatisticValues.SampleCount must be greater than 0.`);
    if (min > max) {
      throw invalidValue(ctx, `The parameter ${name}.StatisticValues.Minimum must be less than or equal to Maximum.`);
    }
    return { time, count, sum, min, max };
  }
  if (values === undefined || values.length === 0) {
    const message = `One of the parameters ${name}.Value, ${name}.Values and ${name}.StatisticValues is required.`;
    throw ctx.fault("MissingRequiredParameterException", message);
  }
  if (counts !== undefined && counts.length !== values.length) {
    throw invalidValue(ctx, `The parameters ${name}.Values and ${name}.Counts must be of the same size.`);
  }
  if (values.length > mostValues) {
    throw invalidValue(ctx, `The collection ${name}.Values must not have a size greater than ${mostValues}.`);
  }
  return values
    .map((each, i) => {
      const count = numberOf(ctx, counts?.[i] ?? 1, `${name}.Counts`);
      if (count <= 0) throw invalidValue(ctx, `The parameter ${name}.Counts must be greater than 0.`);
      return valuePoint(time, numberOf(ctx, each, `${name}.Values`), count);
    })
    .reduce(mergePoints);
}

function timeOf(ctx: RequestContext, { Timestamp: timeMs }: MetricDatum, name: string): number {
  const now = ctx.clock.now();
  if (timeMs === undefined) return now;
  if (timeMs < now - 14 * day) {
    throw invalidValue(ctx, `The parameter ${name}.Timestamp must specify a time within the past two weeks.`);
  }
  if (timeMs > now + 2 * hour) {
    throw invalidValue(
      ctx,
      `The parameter ${name}.Timestamp must specify a time no more than two hours in the future.`,
    );
  }
  return timeMs;
}

function numberOf(ctx: RequestContext, value: number, name: string): number {
  if (Number.isFinite(value) && Math.abs(value) <= largest) return value + 0;
  throw invalidValue(ctx, `The value ${value} for parameter ${name} is invalid.`);
}
