import type { StepAdjustment, StepScalingPolicyConfiguration } from "#generated/application-autoscaling/types.ts";
import { defaultCooldownSeconds, type StepPolicyRecord } from "../../model.ts";
import type { AlarmView, PolicyView, Proposal } from "./view.ts";

/** The capacity now, and that before a scale-out whose cooldown lasts: what it added is part of what is added next. */
export interface Capacity {
  readonly current: number;
  readonly base: number;
}

/** What a step policy asks for, one proposal for each alarm that invokes it ("Step scaling policies", user guide). */
export function stepProposals({ policy, invokedBy }: PolicyView<StepPolicyRecord>, capacity: Capacity): Proposal[] {
  const { configuration } = policy;
  return invokedBy.flatMap((alarm): Proposal[] => {
    const step = stepFor(configuration, alarm);
    if (step === undefined) return [];
    const out = adjusted(configuration, step.ScalingAdjustment, capacity.base);
    const isOut = configuration.AdjustmentType === "ExactCapacity" ? out > capacity.current : out > capacity.base;
    const wanted = isOut ? out : adjusted(configuration, step.ScalingAdjustment, capacity.current);
    if (!isOut && wanted >= capacity.current) return [];
    const cooldownSeconds = configuration.Cooldown ?? defaultCooldownSeconds;
    return [{ direction: isOut ? "out" : "in", capacity: wanted, policy, alarm, cooldownSeconds }];
  });
}

/**
 * The step for the newest data points of an alarm; undefined when no step is for them, or there are none. An alarm that
 * takes missing data for a breach, and has none, has breached its threshold by nothing.
 */
function stepFor(
  { StepAdjustments: steps = [], MetricAggregationType: type = "Average" }: StepScalingPolicyConfiguration,
  { datapoints, evaluationPeriods, threshold, comparison, missingBreaches }: AlarmView,
): StepAdjustment | undefined {
  const values = datapoints.slice(-evaluationPeriods).map(({ value }) => value);
  if (values.length === 0 && !missingBreaches) return undefined;
  const distance = values.length === 0 ? 0 : aggregates[type](values) - threshold;
  const isAbove = distance === 0 ? comparison.startsWith("GreaterThan") : distance > 0;
  return steps.find(({ MetricIntervalLowerBound: lower = -Infinity, MetricIntervalUpperBound: upper = Infinity }) =>
    isAbove ? distance >= lower && distance < upper : distance > lower && distance <= upper,
  );
}

const aggregates = {
  Average: (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length,
  Minimum: (values: readonly number[]) => Math.min(...values),
  Maximum: (values: readonly number[]) => Math.max(...values),
} as const;

function adjusted(
  { AdjustmentType: type, MinAdjustmentMagnitude: least = 1 }: StepScalingPolicyConfiguration,
  adjustment: number,
  capacity: number,
): number {
  if (type === "ExactCapacity") return adjustment;
  if (type === "ChangeInCapacity") return capacity + adjustment;
  if (adjustment === 0) return capacity;
  const change = (capacity * adjustment) / 100;
  // Towards zero, but never to it: 0.67 is 1, -6.67 is -6.
  const size = Math.max(1, least, Math.trunc(Math.abs(change)));
  return capacity + Math.sign(adjustment) * size;
}
