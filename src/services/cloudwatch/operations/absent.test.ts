import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { cloudWatchCollections, MetricStorage } from "../index.ts";
import { createOperations } from "./index.ts";

type Name = keyof ReturnType<typeof createOperations>;

/** What CloudWatch has and this platform has not. */
describe("what is not there", () => {
  const answers: readonly [name: Name, input: object, answer: object][] = [
    ["DescribeAnomalyDetectors", {}, { AnomalyDetectors: [] }],
    ["DescribeInsightRules", {}, { InsightRules: [] }],
    ["ListManagedInsightRules", { ResourceARN: "arn:aws:ec2:us-east-1:0:vpc/vpc-1" }, { ManagedRules: [] }],
    ["ListMetricStreams", {}, { Entries: [] }],
    ["ListAlarmMuteRules", {}, { AlarmMuteRuleSummaries: [] }],
    ["GetOTelEnrichment", {}, { Status: "Stopped" }],
    ["DeleteMetricStream", { Name: "a" }, {}],
    ["DeleteAlarmMuteRule", { AlarmMuteRuleName: "a" }, {}],
    ["StopOTelEnrichment", {}, {}],
    [
      "DeleteInsightRules",
      { RuleNames: ["a"] },
      {
        Failures: [
          {
            ...{ FailureResource: "a", ExceptionType: "ResourceNotFoundException", FailureCode: "404" },
            FailureDescription: "Rule a does not exist.",
          },
        ],
      },
    ],
  ];
  const faults: readonly [name: Name, input: object, code: string, message: RegExp][] = [
    ["PutAnomalyDetector", { Namespace: "A" }, "ValidationError", /no anomaly detection.*threshold/],
    ["PutMetricStream", { Name: "a" }, "ValidationError", /no metric streams.*remote write/],
    ["PutInsightRule", { RuleName: "a" }, "ValidationError", /Logs Insights/],
    ["PutManagedInsightRules", { ManagedRules: [] }, "ValidationError", /Logs Insights/],
    ["PutAlarmMuteRule", { Name: "a" }, "ValidationError", /DisableAlarmActions/],
    ["PutLogAlarm", { AlarmName: "a" }, "ValidationError", /make a metric of the logs/],
    ["StartOTelEnrichment", {}, "ValidationError", /GET \/metrics/],
    ["DeleteAnomalyDetector", {}, "ResourceNotFoundException", /no such anomaly detector/],
    ["GetMetricStream", { Name: "a" }, "ResourceNotFoundException", /Unknown/],
    ["GetAlarmMuteRule", { AlarmMuteRuleName: "a" }, "ResourceNotFoundException", /Unknown/],
    ["GetInsightRuleReport", { RuleName: "a" }, "ResourceNotFoundException", /Unknown/],
    ["StartMetricStreams", { Names: ["a"] }, "InvalidParameterValueException", /no metric streams.*a/],
    ["ListMetricStreams", { NextToken: "x" }, "InvalidNextToken", /not valid/],
  ];
  const call = async (name: Name, input: object) => {
    const world = await testWorld({ collections: cloudWatchCollections, model: "cloudwatch" });
    const storage = await MetricStorage.open({ files: memoryFiles(), clock: world.clock, log: silentLog });
    return await world.call(createOperations(storage), name, input as never);
  };
  for (const [name, input, answer] of answers) {
    test(`${name} answers as where there is none`, async () => assert.deepEqual(await call(name, input), answer));
  }
  for (const [name, input, code, message] of faults) {
    test(`${name} ${JSON.stringify(input)}: ${code}`, () => assert.rejects(call(name, input), isFault(code, message)));
  }
});
