import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StepAdjustment, StepScalingPolicyConfiguration } from "#generated/application-autoscaling/types.ts";
import type { StepPolicyRecord } from "../../model.ts";
import { stepProposals } from "./step.ts";
import type { AlarmView } from "./view.ts";

/** `[lower, upper, adjustment]`; null is no bound. */
type Step = readonly [lower: number | null, upper: number | null, adjustment: number];

function toStep([lower, upper, ScalingAdjustment]: Step): StepAdjustment {
  return {
    ...(lower !== null && { MetricIntervalLowerBound: lower }),
    ...(upper !== null && { MetricIntervalUpperBound: upper }),
    ScalingAdjustment,
  };
}

interface Case {
  readonly type: NonNullable<StepScalingPolicyConfiguration["AdjustmentType"]>;
  readonly steps: readonly Step[];
  readonly values: readonly number[];
  readonly capacity: number;
  readonly base?: number;
  readonly more?: StepScalingPolicyConfiguration;
  readonly comparison?: AlarmView["comparison"];
  readonly missingBreaches?: boolean;
}

/** What is asked for by alarms with a threshold of 50; undefined: nothing. */
function asked({ type, steps, values, capacity, base = capacity, more, ...of }: Case): number | undefined {
  const policy = {
    ...{ account: "0", region: "r", clusterName: "c", serviceName: "s", policyName: "p", uuid: "u", createdAt: 0 },
    ...{ type: "StepScaling", configuration: { AdjustmentType: type, StepAdjustments: steps.map(toStep), ...more } },
  } as StepPolicyRecord;
  const alarm: AlarmView = {
    ...{ alarmName: "a", stateValue: "ALARM", threshold: 50, evaluationPeriods: values.length, endMs: 0, nextMs: 0 },
    ...{ comparison: of.comparison ?? "GreaterThanThreshold", missingBreaches: of.missingBreaches ?? false },
    datapoints: values.map((value, time) => ({ time, value })),
  };
  return stepProposals({ policy, invokedBy: [alarm] }, { current: capacity, base })[0]?.capacity;
}

/** The example of "Step scaling policies" in the user guide. */
const out: readonly Step[] = [
  [0, 10, 0],
  [10, 20, 10],
  [20, null, 30],
];
const into: readonly Step[] = [
  [-10, 0, 0],
  [-20, -10, -10],
  [null, -20, -30],
];
const oneOrTwo: Omit<Case, "values"> = {
  type: "ChangeInCapacity",
  steps: [
    [0, 10, 1],
    [10, null, 2],
  ],
  capacity: 1,
};
const zeroOrOne: readonly Step[] = [
  [null, -10, 0],
  [-10, 0, 1],
];
const percent = "PercentChangeInCapacity";
const below = "LessThanOrEqualToThreshold";

const cases: readonly (readonly [what: string, given: Case, wanted: number | undefined])[] = [
  ["below the first step", { type: percent, steps: out, values: [59], capacity: 10 }, undefined],
  ["the lower bound is in above the threshold", { type: percent, steps: out, values: [60], capacity: 10 }, 11],
  ["the upper bound is not: 3.3 is 3", { type: percent, steps: out, values: [70], capacity: 11 }, 14],
  ["below the threshold the lower bound is in no step", { type: percent, steps: into, values: [40], capacity: 14 }, 13],
  ["3.9 is 3", { type: percent, steps: into, values: [30], capacity: 13 }, 10],
  ["0.67 is 1", { type: percent, steps: [[0, null, 10]], values: [60], capacity: 2 }, 3],
  ["-0.58 is -1", { type: percent, steps: [[null, 0, -10]], values: [30], capacity: 5 }, 4],
  ["-6.67 is -6", { type: percent, steps: [[null, 0, -66.7]], values: [30], capacity: 10 }, 4],
  [
    "the least change",
    { type: percent, steps: [[0, null, 25]], values: [60], capacity: 4, more: { MinAdjustmentMagnitude: 2 } },
    6,
  ],
  ["a change", { type: "ChangeInCapacity", steps: [[0, null, 5]], values: [60], capacity: 3 }, 8],
  ["an exact capacity", { type: "ExactCapacity", steps: [[0, null, 5]], values: [60], capacity: 3 }, 5],
  ["an exact capacity that is less", { type: "ExactCapacity", steps: [[0, null, 2]], values: [60], capacity: 3 }, 2],
  [
    "what a scale-out in its cooldown added is part of it",
    { type: "ChangeInCapacity", steps: [[0, null, 3]], values: [60], capacity: 12, base: 10 },
    13,
  ],
  [
    "at the threshold a lower alarm is below",
    { type: "ChangeInCapacity", steps: [[null, 0, -1]], values: [50], capacity: 3, comparison: below },
    2,
  ],
  ["the average", { ...oneOrTwo, values: [70, 52] }, 3],
  ["the minimum", { ...oneOrTwo, values: [70, 52], more: { MetricAggregationType: "Minimum" } }, 2],
  ["the maximum", { ...oneOrTwo, values: [58, 61], more: { MetricAggregationType: "Maximum" } }, 3],
  ["without data nothing", { type: "ChangeInCapacity", steps: [[0, null, 3]], values: [], capacity: 1 }, undefined],
  [
    "without data that counts as a breach the step at the threshold",
    {
      ...{ type: "ExactCapacity", values: [], capacity: 4, comparison: below, missingBreaches: true },
      steps: zeroOrOne,
    },
    1,
  ],
];

describe("step adjustments", () => {
  for (const [what, given, wanted] of cases) test(what, () => assert.equal(asked(given), wanted));
});
