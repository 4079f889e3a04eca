import type { StepAdjustment, StepScalingPolicyConfiguration } from "#generated/application-autoscaling/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { invalid } from "./target.ts";

const mostSteps = 20;

/** "Step adjustments" (user guide): throws `ValidationException` for those that AWS does not take. */
export function checkStepConfiguration(
  ctx: RequestContext,
  configuration: StepScalingPolicyConfiguration | undefined,
): StepScalingPolicyConfiguration {
  const { AdjustmentType: type, StepAdjustments: steps = [], MinAdjustmentMagnitude: least } = configuration ?? {};
  if (configuration === undefined) {
    throw invalid(ctx, "StepScalingPolicyConfiguration is required for the policy type StepScaling.");
  }
  if (type === undefined) throw invalid(ctx, "AdjustmentType is required for a step scaling policy.");
  if (steps.length === 0) throw invalid(ctx, "At least one StepAdjustment must be specified.");
  if (steps.length > mostSteps) throw invalid(ctx, `A step scaling policy has at most ${mostSteps} step adjustments.`);
  if (least !== undefined && type !== "PercentChangeInCapacity") {
    throw invalid(ctx, "MinAdjustmentMagnitude is only supported with the adjustment type PercentChangeInCapacity.");
  }
  if (least !== undefined && least < 1) throw invalid(ctx, "MinAdjustmentMagnitude must be greater than 0.");
  if ((configuration.Cooldown ?? 0) < 0) throw invalid(ctx, "Cooldown must not be negative.");
  if (type === "ExactCapacity" && steps.some(({ ScalingAdjustment: adjustment }) => adjustment < 0)) {
    throw invalid(ctx, "ScalingAdjustment must be a non-negative value for the adjustment type ExactCapacity.");
  }
  checkBounds(ctx, steps);
  return configuration;
}

const lowerOf = ({ MetricIntervalLowerBound: bound = Number.NEGATIVE_INFINITY }: StepAdjustment) => bound;
const upperOf = ({ MetricIntervalUpperBound: bound = Number.POSITIVE_INFINITY }: StepAdjustment) => bound;

function checkBounds(ctx: RequestContext, steps: readonly StepAdjustment[]): void {
  for (const step of steps) {
    if (!Number.isFinite(lowerOf(step)) && !Number.isFinite(upperOf(step))) {
      throw invalid(ctx, "The upper and lower bound can't be null in the same step adjustment.");
    }
    if (lowerOf(step) >= upperOf(step)) {
      throw invalid(ctx, "The MetricIntervalUpperBound must be greater than the MetricIntervalLowerBound.");
    }
  }
  const sorted = steps.toSorted((a, b) => lowerOf(a) - lowerOf(b));
  for (const [i, step] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next === undefined) continue;
    if (upperOf(step) > lowerOf(next)) throw invalid(ctx, "The ranges of the step adjustments can't overlap.");
    if (upperOf(step) < lowerOf(next)) throw invalid(ctx, "The ranges of the step adjustments can't have a gap.");
  }
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  if (lowerOf(first) < 0 && Number.isFinite(lowerOf(first))) {
    throw invalid(ctx, "With a negative lower bound, there must be a step adjustment with a null lower bound.");
  }
  if (upperOf(last) > 0 && Number.isFinite(upperOf(last))) {
    throw invalid(ctx, "With a positive upper bound, there must be a step adjustment with a null upper bound.");
  }
}
