import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AlarmConditions, evaluateAlarm } from "./evaluate.ts";

const treatments = ["missing", "ignore", "breaching", "notBreaching"] as const;

/** `0 - X - X`: fine, missing, breaching. The evaluation range has five periods. */
function verdict(points: string, conditions: Partial<AlarmConditions>) {
  const start = Date.UTC(2026, 0, 1) / 1000;
  const range = points.split(" ");
  const datapoints = range.flatMap((each, i) => {
    if (each === "-") return [];
    return [{ time: start + i * 60, value: each === "X" ? 10 : 0 }];
  });
  const span = { end: start + range.length * 60, period: 60 };
  return evaluateAlarm(
    datapoints,
    {
      ...{ comparison: "GreaterThanThreshold", threshold: 5, evaluationPeriods: 3, datapointsToAlarm: 3 },
      ...{ treatMissingData: "missing", ...conditions },
    },
    span,
  );
}

/** The tables of "Configuring how CloudWatch alarms treat missing data"; undefined: the alarm keeps its state. */
const tables: readonly [m: number, points: string, ...states: (string | undefined)[]][] = [
  [3, "0 - X - X", "OK", "OK", "OK", "OK"],
  [3, "0 - - - -", "OK", "OK", "OK", "OK"],
  [3, "- - - - -", "INSUFFICIENT_DATA", undefined, "ALARM", "OK"],
  [3, "0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
  [3, "- - X - -", "ALARM", undefined, "ALARM", "OK"],
  [3, "- - - X -", undefined, undefined, "ALARM", "OK"],
  [3, "- - - - X", undefined, undefined, "ALARM", "OK"],
  [2, "0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
  [2, "0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"],
  [2, "0 - X - -", "OK", "OK", "ALARM", "OK"],
  [2, "- - - - 0", "OK", "OK", "ALARM", "OK"],
  [2, "- - - X -", "ALARM", undefined, "ALARM", "OK"],
];

describe("alarms", () => {
  for (const [m, points, ...states] of tables) {
    for (const [i, treatMissingData] of treatments.entries()) {
      test(`${m} of 3, ${points}, missing data are ${treatMissingData}: ${states[i]}`, () => {
        assert.equal(verdict(points, { datapointsToAlarm: m, treatMissingData })?.stateValue, states[i]);
      });
    }
  }

  const comparisons = [
    ["GreaterThanThreshold", "OK"],
    ["GreaterThanOrEqualToThreshold", "ALARM"],
    ["LessThanThreshold", "OK"],
    ["LessThanOrEqualToThreshold", "ALARM"],
  ] as const;
  for (const [comparison, state] of comparisons) {
    test(`${comparison} at the threshold is ${state}`, () => {
      const one = { comparison, threshold: 10, evaluationPeriods: 1, datapointsToAlarm: 1 } as const;
      assert.equal(verdict("X", one)?.stateValue, state);
    });
  }

  const reasons: readonly [points: string, conditions: Partial<AlarmConditions>, reason: string][] = [
    [
      "X",
      { evaluationPeriods: 1, datapointsToAlarm: 1 },
      "Threshold Crossed: 1 datapoint [10.0 (01/01/26 00:00:00)] was greater than the threshold (5.0).",
    ],
    [
      "0",
      { evaluationPeriods: 1, datapointsToAlarm: 1, threshold: 5.5 },
      "Threshold Crossed: 1 datapoint [0.0 (01/01/26 00:00:00)] was not greater than the threshold (5.5).",
    ],
    [
      "X 0 X",
      { datapointsToAlarm: 2 },
      "Threshold Crossed: 2 out of the last 3 datapoints [10.0 (01/01/26 00:00:00), 10.0 (01/01/26 00:02:00)] were " +
        "greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition).",
    ],
    ["- -", { evaluationPeriods: 2 }, "Insufficient Data: 2 datapoints were unknown."],
    [
      "-",
      { evaluationPeriods: 1, treatMissingData: "breaching" },
      "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].",
    ],
  ];
  for (const [points, conditions, reason] of reasons) {
    test(reason, () => assert.equal(verdict(points, conditions)?.reason, reason));
  }
});
