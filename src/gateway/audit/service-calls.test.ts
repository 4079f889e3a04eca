import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditRecord } from "#kernel/audit.ts";
import { type Log, silentLog } from "#kernel/controller.ts";
import type { Caller } from "#kernel/handler.ts";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { createServiceCallAudit, type ServiceCall } from "./service-calls.ts";

const account = "111111111111";
const role = `arn:aws:iam::${account}:role/run`;
const caller: Caller = {
  ...{ arn: `arn:aws:sts::${account}:assumed-role/run/r`, userId: "AROARUN:r", account, accessKeyId: "" },
  type: "AssumedRole",
  session: { issuerArn: role, issuerId: "AROARUN", issuedAt: 0, policies: [], tags: {} },
};
const call: ServiceCall = {
  ...{ service: "ecs", operation: "RunTask", caller, account, region: "eu-west-1", invokedBy: "events.amazonaws.com" },
  input: { cluster: "web", taskDefinition: "job:1" },
};

function recorded(...calls: ServiceCall[]): AuditRecord[] {
  const records: AuditRecord[] = [];
  const parts = { clock: new VirtualClock(Date.UTC(2026, 0, 2)), random: seededRandom(1), log: silentLog };
  const note = createServiceCallAudit({ ...parts, audit: { record: (record) => records.push(record) } });
  for (const each of calls) note(each);
  return records;
}

test("a call with a role names the role's session, and the service that made it", () => {
  const [record] = recorded({ ...call, output: { tasks: [{ taskArn: "t" }], failures: [] } });
  const { userIdentity, requestID, eventID, ...rest } = record!;
  assert.deepEqual(userIdentity, {
    ...{ type: "AssumedRole", principalId: "AROARUN:r", arn: caller.arn, accountId: account },
    sessionContext: {
      sessionIssuer: { type: "Role", principalId: "AROARUN", arn: role, accountId: account, userName: "run" },
      attributes: { creationDate: "1970-01-01T00:00:00Z", mfaAuthenticated: "false" },
    },
    invokedBy: "events.amazonaws.com",
  });
  assert.notEqual(requestID, eventID);
  assert.deepEqual(rest, {
    ...{ eventVersion: "1.11", eventTime: "2026-01-02T00:00:00Z", eventSource: "ecs.amazonaws.com" },
    ...{ eventName: "RunTask", awsRegion: "eu-west-1", readOnly: false },
    ...{ sourceIPAddress: "events.amazonaws.com", userAgent: "events.amazonaws.com" },
    requestParameters: { cluster: "web", taskDefinition: "job:1" },
    responseElements: { tasks: [{ taskArn: "t" }], failures: [] },
    ...{ eventType: "AwsApiCall", managementEvent: true, recipientAccountId: account, eventCategory: "Management" },
  });
});

test("a refusal is recorded, and one that no service is named for comes from within", () => {
  const { invokedBy: _, ...own } = call;
  const fault = { code: "AccessDeniedException", message: "no" };
  const [refused, anonymous] = recorded({ ...call, fault }, own);
  assert.deepEqual([refused!.errorCode, refused!.responseElements], ["AccessDeniedException", null]);
  assert.deepEqual([anonymous!.sourceIPAddress, anonymous!.userIdentity.invokedBy], ["AWS Internal", undefined]);
});

test("a record that cannot be made hinders nothing", () => {
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (message) => errors.push(message) };
  const record = () => assert.fail("the sink is broken");
  createServiceCallAudit({ audit: { record }, clock: new VirtualClock(0), random: seededRandom(1), log })(call);
  assert.deepEqual(errors, ["A call could not be recorded"]);
});

test("data events are in nobody's trail", () => {
  const data: ServiceCall = { ...call, service: "events", operation: "PutEvents", input: { Entries: [] } };
  assert.deepEqual(
    recorded(data, call).map(({ eventName }) => eventName),
    ["RunTask"],
  );
});
