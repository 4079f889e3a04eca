import type { ComparisonOperator, StateValue } from "#generated/cloudwatch/types.ts";

/** A data point of what an alarm watches; when its period begins, seconds since the epoch. */
export interface Datapoint {
  readonly time: number;
  readonly value: number;
}

export interface AlarmConditions {
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  /** N of "M out of N". */
  readonly evaluationPeriods: number;
  /** M */
  readonly datapointsToAlarm: number;
  readonly treatMissingData: "breaching" | "notBreaching" | "ignore" | "missing";
}

/** Where the range ends and how long a period is, in seconds. */
export interface EvaluationSpan {
  readonly end: number;
  readonly period: number;
}

/** What an alarm is to say; `datapoints` are those that decided it. */
export interface Verdict {
  readonly stateValue: StateValue;
  readonly reason: string;
  readonly datapoints: readonly Datapoint[];
}

/** More than the evaluation periods are looked at, so that what is late does not count as missing at once. */
export const extraPeriods = 2;

const comparisons: Readonly<Partial<Record<ComparisonOperator, (value: number, threshold: number) => boolean>>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

const words: Readonly<Partial<Record<ComparisonOperator, string>>> = {
  GreaterThanOrEqualToThreshold: "greater than or equal to",
  GreaterThanThreshold: "greater than",
  LessThanThreshold: "less than",
  LessThanOrEqualToThreshold: "less than or equal to",
};

/**
 * Evaluates the data points of the evaluation range, ascending, as the page "Configuring how CloudWatch alarms treat
 * missing data" has it: the newest of those that exist decide; only when there are too few are missing ones filled in.
 * Undefined: the alarm keeps its state.
 */
export function evaluateAlarm(
  range: readonly Datapoint[],
  conditions: AlarmConditions,
  { end, period }: EvaluationSpan,
): Verdict | undefined {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData: treatment } = conditions;
  const existing = range.slice(-evaluationPeriods);
  const missing = evaluationPeriods - existing.length;
  if (existing.length === 0) return ofNothing(conditions);
  const compare = comparisons[conditions.comparison]!;
  const breaching = existing.filter(({ value }) => compare(value, conditions.threshold));
  const filled = breaching.length + (treatment === "breaching" ? missing : 0);
  if (filled >= datapointsToAlarm) return crossed("ALARM", breaching, missing, conditions);
  // All that is known is bad, and what is not known could tip it.
  const isOpen = missing > 0 && breaching.length === existing.length;
  if (isOpen && treatment === "ignore") return undefined;
  if (isOpen && treatment === "missing") {
    // "Avoiding premature transitions to alarm state": not before the oldest is as old as so many data points.
    const isPremature = (end - breaching[0]!.time) / period < datapointsToAlarm;
    return isPremature ? undefined : crossed("ALARM", breaching, missing, conditions);
  }
  const fine = existing.filter((point) => !breaching.includes(point));
  return crossed("OK", fine.length > 0 ? fine : existing, missing, conditions);
}

function ofNothing({ evaluationPeriods, treatMissingData }: AlarmConditions): Verdict | undefined {
  const datapoints = `${evaluationPeriods} datapoint${evaluationPeriods === 1 ? "" : "s"}`;
  const were = evaluationPeriods === 1 ? "was" : "were";
  const periods = `${evaluationPeriods} period${evaluationPeriods === 1 ? "" : "s"}`;
  const treated = (how: string) =>
    `Threshold Crossed: no datapoints were received for ${periods} and ` +
    `${evaluationPeriods} missing datapoint${evaluationPeriods === 1 ? "" : "s"} ${were} treated as [${how}].`;
  switch (treatMissingData) {
    case "ignore":
      return undefined;
    case "breaching":
      return { stateValue: "ALARM", reason: treated("Breaching"), datapoints: [] };
    case "notBreaching":
      return { stateValue: "OK", reason: treated("NonBreaching"), datapoints: [] };
    case "missing": {
      const reason = `Insufficient Data: ${datapoints} ${were} unknown.`;
      return { stateValue: "INSUFFICIENT_DATA", reason, datapoints: [] };
    }
  }
}

function crossed(
  stateValue: "ALARM" | "OK",
  datapoints: readonly Datapoint[],
  missing: number,
  { comparison, threshold, evaluationPeriods, datapointsToAlarm, treatMissingData }: AlarmConditions,
): Verdict {
  const shown = datapoints.map(({ time, value }) => `${asDouble(value)} (${asDate(time)})`).join(", ");
  const not = stateValue === "ALARM" ? "" : "not ";
  const plural = datapoints.length !== 1;
  const were = plural ? "were" : "was";
  const limit = `${were} ${not}${words[comparison]!} the threshold (${asDouble(threshold)})`;
  const filled =
    missing > 0 && (treatMissingData === "breaching" || treatMissingData === "notBreaching")
      ? ` and ${missing} missing datapoint${missing === 1 ? " was" : "s were"} treated as ` +
        `[${treatMissingData === "breaching" ? "Breaching" : "NonBreaching"}]`
      : "";
  const isOfSome = datapointsToAlarm !== evaluationPeriods || evaluationPeriods > 1;
  const reason =
    isOfSome || filled !== ""
      ? `Threshold Crossed: ${datapoints.length} out of the last ${evaluationPeriods} datapoints [${shown}] ${limit}` +
        `${filled} (minimum ${datapointsToAlarm} datapoint${datapointsToAlarm === 1 ? "" : "s"} for ` +
        `${stateValue === "ALARM" ? "OK -> ALARM" : "ALARM -> OK"} transition).`
      : `Threshold Crossed: ${datapoints.length} datapoint${plural ? "s" : ""} [${shown}] ${limit}.`;
  return { stateValue, reason, datapoints };
}

/** As Java shows a double. */
function asDouble(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** `28/11/26 13:04:00` */
function asDate(time: number): string {
  const [date = "", clock = ""] = new Date(time * 1000).toISOString().split("T");
  const [year = "", month = "", day = ""] = date.split("-");
  return `${day}/${month}/${year.slice(2)} ${clock.slice(0, 8)}`;
}
