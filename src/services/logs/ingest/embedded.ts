import { isObject } from "#kernel/json-object.ts";
/** A value of a metric that a message has embedded. */
export interface EmbeddedMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly values: readonly number[];
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** 1: kept by the second. */
  readonly resolutionSeconds: 1 | 60;
}

/** What is wrong with a message that says that it has metrics: the metric of AWS that counts it. */
export type EmbeddedFault = "EMFParsingErrors" | "EMFValidationErrors";

const mostDimensions = 30;
const mostMetrics = 100;
const mostValues = 100;
/** Of a message, each set of dimensions counting: sets of a few bytes would come to millions. */
const mostEmbedded = 10_000;
const pastMs = 14 * 86_400_000;
const aheadMs = 2 * 3_600_000;
const units = new Set([
  ...["Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"],
  ...["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"].flatMap((unit) => [unit, `${unit}/Second`]),
  ...["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits"].flatMap((unit) => [unit, `${unit}/Second`]),
]);

/** Whether a message may have metrics, told without reading it. */
export function mayEmbedMetrics(message: string): boolean {
  return message.startsWith("{") && message.includes('"_aws"');
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The metrics in a message in the embedded metric format ("Specification: Embedded metric format"): a value for each
 * set of dimensions. None when it has no such directive; a fault when it has a wrong one.
 */
export function embeddedMetrics(message: string, now: number): readonly EmbeddedMetric[] | EmbeddedFault {
  const root = parse(message);
  if (root === undefined) return "EMFParsingErrors";
  const metadata = root._aws;
  if (!isObject(metadata) || metadata.CloudWatchMetrics === undefined) return [];
  const { Timestamp: time, CloudWatchMetrics: directives } = metadata;
  if (typeof time !== "number" || !Number.isInteger(time)) return "EMFValidationErrors";
  if (time < now - pastMs || time > now + aheadMs || !Array.isArray(directives)) return "EMFValidationErrors";
  const found: EmbeddedMetric[] = [];
  for (const directive of directives as unknown[]) {
    const metrics = isObject(directive) ? metricsOf(root, directive, time) : undefined;
    if (metrics === undefined || found.length + metrics.length > mostEmbedded) return "EMFValidationErrors";
    found.push(...metrics);
  }
  return found;
}

function parse(message: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(message);
    return isObject(value) ? value : {};
  } catch {
    // It is counted as what AWS counts it: a message that cannot be parsed.
    return undefined;
  }
}

function metricsOf(root: Json, directive: Json, time: number): EmbeddedMetric[] | undefined {
  const { Namespace: namespace, Dimensions: sets = [[]], Metrics: metrics = [] } = directive;
  if (typeof namespace !== "string" || namespace === "" || namespace.startsWith("AWS/")) return undefined;
  if (!Array.isArray(sets) || !Array.isArray(metrics) || metrics.length > mostMetrics) return undefined;
  if (sets.length * metrics.length > mostEmbedded) return undefined;
  const dimensionSets = (sets.length === 0 ? [[]] : sets).map((names: unknown) => dimensionsOf(root, names));
  const found: EmbeddedMetric[] = [];
  for (const metric of metrics as unknown[]) {
    const read = isObject(metric) ? readMetric(root, metric) : undefined;
    if (read === undefined) return undefined;
    for (const dimensions of dimensionSets) {
      if (dimensions === undefined) return undefined;
      found.push({ namespace, dimensions, time, ...read });
    }
  }
  return found;
}

/** The values of a set of dimensions; undefined when one is no text. */
function dimensionsOf(root: Json, names: unknown): Readonly<Record<string, string>> | undefined {
  if (!Array.isArray(names) || names.length > mostDimensions) return undefined;
  const found: Record<string, string> = {};
  for (const name of names as unknown[]) {
    const value = typeof name === "string" ? root[name] : undefined;
    if (typeof value !== "string" || value === "") return undefined;
    found[name as string] = value;
  }
  return found;
}

function readMetric(root: Json, { Name: name, Unit: unit = "None", StorageResolution: resolution = 60 }: Json) {
  if (typeof name !== "string" || name === "" || typeof unit !== "string" || !units.has(unit)) return undefined;
  if (resolution !== 1 && resolution !== 60) return undefined;
  const given = root[name];
  const values: unknown[] = Array.isArray(given) ? given : [given];
  if (values.length === 0 || values.length > mostValues) return undefined;
  if (!values.every((value) => typeof value === "number")) return undefined;
  return { metricName: name, unit, values: values as number[], resolutionSeconds: resolution } as const;
}
