import assert from "node:assert/strict";
import { test } from "node:test";
import { policyCompiler } from "#services/iam/policy/index.ts";
import { logsCollections } from "#services/logs/index.ts";
import { type LogResourcePolicyRecord, logResourcePolicyKey } from "#services/logs/model.ts";
import { testWorld } from "../../test/support/context.ts";
import { serviceLogRights } from "./service-log-rights.ts";

const here = { account: "000000000000", region: "us-east-1" };
const stream = { ...here, logGroupName: "/app", logStreamName: "default/r/log" };
const group = "arn:aws:logs:us-east-1:000000000000:log-group:/app";
const rule = "arn:aws:events:us-east-1:000000000000:rule/r";
const both = ["logs:CreateLogStream", "logs:PutLogEvents"];
const allow = {
  ...{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: both, Resource: `${group}:*` },
};
const put = (more: object, of: object = { policyName: "p" }, at = here) => ({
  at,
  of,
  statement: { ...allow, ...more },
});
const condition = (operator: string, key: string, value: string) => ({ Condition: { [operator]: { [key]: value } } });
const onGroup = (logGroupName: string) => ({ logGroupName, revisionId: "1" });

for (const [what, policies, refusal] of [
  [
    "no policy",
    [],
    /^events\.amazonaws\.com is not authorized to perform: logs:CreateLogStream on resource: .*:\/app:/,
  ],
  ["a policy for the group", [put({})], undefined],
  ["the policy of AWS's own example", [put({ Principal: { Service: ["events.amazonaws.com", "x.com"] } })], undefined],
  ["a policy for everything", [put({ Action: "logs:*", Resource: "*" })], undefined],
  [
    "a policy for streams only",
    [put({ Action: "logs:CreateLogStream" })],
    /perform: logs:PutLogEvents .* no resource-/,
  ],
  ["two policies with half each", both.map((Action, i) => put({ Action }, { policyName: `${i}` })), undefined],
  ["another service", [put({ Principal: { Service: "route53.amazonaws.com" } })], /because no resource-based policy/],
  ["an account", [put({ Principal: { AWS: here.account } })], /because no resource-based policy/],
  ["another group", [put({ Resource: `${group}s:*` })], /because no resource-based policy/],
  ["another region", [put({}, undefined, { ...here, region: "eu-west-1" })], /because no resource-based policy/],
  ["another account", [put({}, undefined, { ...here, account: "111111111111" })], /because no resource-based policy/],
  ["the rule", [put(condition("ArnEquals", "aws:SourceArn", rule))], undefined],
  ["another rule", [put(condition("ArnEquals", "aws:SourceArn", `${rule}s`))], /because no resource-based policy/],
  ["the rule's account", [put(condition("StringEquals", "aws:SourceAccount", here.account))], undefined],
  ["the group's own policy", [put({}, onGroup("/app"))], undefined],
  ["the policy of another group", [put({ Resource: "*" }, onGroup("/other"))], /because no resource-based policy/],
  [
    "a deny in another policy",
    [put({}), put({ Effect: "Deny" }, { policyName: "q" })],
    /perform: logs:CreateLogStream .* with an explicit deny in a resource-based policy$/,
  ],
] as const) {
  test(`${what}: ${refusal === undefined ? "may" : "may not"} write`, async () => {
    const { store } = await testWorld({ collections: logsCollections });
    for (const { at, of, statement } of policies) {
      const policyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
      const value = { ...at, of, policyDocument, lastUpdatedTime: 0 } as LogResourcePolicyRecord;
      await store.as("api").commit({ put: [{ key: logResourcePolicyKey(at, value.of), value }] });
    }
    const ask = serviceLogRights({ store, compile: policyCompiler(10) });
    const given = ask("events.amazonaws.com", rule, stream);
    if (refusal === undefined) assert.equal(given, undefined);
    else assert.match(given ?? "", refusal);
  });
}
