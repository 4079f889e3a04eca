import type { NotScaledReason } from "#generated/application-autoscaling/types.ts";
import { defaultCooldownSeconds, type TrackingPolicyRecord } from "../../model.ts";
import type { Capacity } from "./step.ts";
import type { PolicyView, Proposal, Trigger } from "./view.ts";

/** What is left after a scale-in is to be this far below the target, or the next noise would undo it. */
const headroom = 0.95;

/** What a policy of target tracking asks for when its metric is above the target. */
export function trackingScaleOut({ policy, invokedBy }: TrackingView, { base }: Capacity): Proposal | undefined {
  const alarm = invokedBy.find(({ alarmName }) => alarmName === policy.highAlarm);
  const { TargetValue: target, ScaleOutCooldown: cooldownSeconds = defaultCooldownSeconds } = policy.configuration;
  const value = alarm?.datapoints.at(-1)?.value;
  if (alarm === undefined || value === undefined || value <= target) return undefined;
  // Proportional, rounded up. From nothing there is nothing to be proportional to: it begins with one.
  const capacity = Math.max(1, proportional(base, value, target));
  return { direction: "out", capacity, policy, alarm, cooldownSeconds };
}

type TrackingView = PolicyView<TrackingPolicyRecord>;

export interface TrackingScaleIn {
  readonly proposals: readonly Proposal[];
  /** Why a policy whose alarm says that there is too much is not ready all the same. */
  readonly notScaled?: Trigger & { readonly reason: NotScaledReason };
}

/**
 * What the policies of target tracking together ask for when there is too much: only when all that scale in at all are
 * ready, and each of them by the highest value of its evaluation periods, so that none goes for a short lull. A missing
 * data point is no reason to take capacity away: a policy that lacks one is not ready.
 */
export function trackingScaleIn(views: readonly TrackingView[], { current }: Capacity): TrackingScaleIn {
  const proposals: Proposal[] = [];
  for (const view of views) {
    const { policy } = view;
    if (policy.lowAlarm === undefined) continue;
    const alarm = view.invokedBy.find(({ alarmName }) => alarmName === policy.lowAlarm);
    const values = alarm?.datapoints.slice(-alarm.evaluationPeriods).map(({ value }) => value) ?? [];
    if (alarm === undefined || values.length < alarm.evaluationPeriods) return { proposals: [] };
    const { TargetValue: target, ScaleInCooldown: cooldownSeconds = defaultCooldownSeconds } = policy.configuration;
    const highest = Math.max(...values);
    const capacity = proportional(current, highest, target * headroom);
    if (capacity >= current) {
      const isNeeded = proportional(current, highest, target) >= current;
      const Code = isNeeded ? "AlreadyAtDesiredCapacity" : "AutoScalingAnticipatedFlapping";
      return { proposals: [], notScaled: { policy, alarm, reason: { Code, CurrentCapacity: current } } };
    }
    proposals.push({ direction: "in", capacity, policy, alarm, cooldownSeconds });
  }
  return { proposals };
}

/** So much capacity brings the metric to the target; what binary fractions add to a whole number is not rounded up. */
function proportional(capacity: number, value: number, target: number): number {
  return Math.ceil(Number(((capacity * value) / target).toPrecision(12)));
}
