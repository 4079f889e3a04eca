import { parseArn } from "#kernel/arn.ts";
import type { CountedMetric } from "#kernel/minute-counts.ts";
import { defaultBusName } from "../model/bus.ts";
import type { DeliveryRecord } from "../model.ts";
import type { Outcome } from "./outcome.ts";

/** What became of a delivery in one attempt, or without one. */
export interface Invocation {
  /** Undefined: it was too old to be tried. */
  readonly outcome: Outcome | undefined;
  /** Whether nothing more will be tried. */
  readonly isOver: boolean;
}

type Dimensions = CountedMetric["dimensions"];

/**
 * The metrics that count an invocation of a rule's target ("Monitoring Amazon EventBridge" of the user guide) or of a
 * schedule's ("Monitoring Amazon EventBridge Scheduler with Amazon CloudWatch"). What others have delivered, such as
 * the actions of alarms, is counted in none.
 */
export function invocationMetrics(delivery: DeliveryRecord, invocation: Invocation): readonly CountedMetric[] {
  const { service, resource } = parseArn(delivery.originArn) ?? {};
  const [kind, ...path] = resource?.split("/") ?? [];
  if (service === "events" && kind === "rule") return ofRule(delivery, path, invocation);
  if (service === "scheduler" && kind === "schedule") return ofSchedule(delivery, path[0]!, invocation);
  return [];
}

/** Rules of the default bus are told by their name alone. */
function ofRule(
  { account, region, attempts }: DeliveryRecord,
  path: readonly string[],
  { outcome, isOver }: Invocation,
): readonly CountedMetric[] {
  const RuleName = path.at(-1)!;
  // The names of partners' buses have slashes.
  const bus = path.slice(0, -1).join("/");
  const rule: Dimensions = bus === "" ? { RuleName } : { EventBusName: bus, RuleName };
  const everywhere: readonly Dimensions[] = [{}, { EventBusName: bus || defaultBusName }, rule];
  const counted: [name: string, dimensions: readonly Dimensions[]][] = [];
  if (outcome !== undefined) counted.push(["InvocationAttempts", everywhere]);
  if (outcome !== undefined && attempts > 0) counted.push(["RetryInvocationAttempts", everywhere]);
  if (outcome?.kind === "done") counted.push(["SuccessfulInvocationAttempts", everywhere]);
  if (isOver) counted.push(["Invocations", [{}, rule]]);
  if (isOver && outcome?.kind !== "done") counted.push(["FailedInvocations", [rule]]);
  return counted.flatMap(([metricName, all]) =>
    all.map((dimensions) => ({ account, region, namespace: "AWS/Events", metricName, dimensions, unit: "Count" })),
  );
}

function ofSchedule(
  { account, region }: DeliveryRecord,
  ScheduleGroup: string,
  { outcome, isOver }: Invocation,
): readonly CountedMetric[] {
  const names: string[] = [];
  if (outcome !== undefined) names.push("InvocationAttemptCount");
  if (outcome !== undefined && outcome.kind !== "done") {
    names.push(outcome.kind === "retry" && outcome.isThrottled ? "TargetErrorThrottledCount" : "TargetErrorCount");
  }
  if (isOver && outcome?.kind !== "done") names.push("InvocationDroppedCount");
  const everywhere: readonly Dimensions[] = [{}, { ScheduleGroup }];
  return names.flatMap((metricName) =>
    everywhere.map((dimensions) => ({
      ...{ account, region, namespace: "AWS/Scheduler", metricName, dimensions, unit: "Count" },
    })),
  );
}
