import assert from "node:assert/strict";
import { it } from "node:test";
import type { AuditRecord } from "#kernel/audit.ts";
import { Fault } from "#kernel/fault.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { signRequest } from "#wire/sigv4/sign.ts";
import { credentials, fakeService, root, testGateway } from "../../../test/support/gateway.ts";

const clock = new VirtualClock();
const cluster = "arn:aws:ecs:us-east-1:000000000000:cluster/web";

/** Asks a gateway for DeleteCluster; gives the status and what was recorded. */
async function call(body: string, options: Partial<Parameters<typeof testGateway>[1]> & { signed?: boolean } = {}) {
  const records: AuditRecord[] = [];
  const ecs = fakeService("ecs", { DeleteCluster: async () => ({ cluster: { clusterName: "web" } }) });
  const { signed = true, ...more } = options;
  const audit = { record: (record: AuditRecord) => void records.push(record) };
  const { gateway, lines } = testGateway([ecs], { clock, audit, authorize: () => [cluster], ...more });
  const headers = {
    host: "h",
    "user-agent": "test/1",
    "x-amz-target": "AmazonEC2ContainerServiceV20141113.DeleteCluster",
  };
  const plain = {
    method: "POST",
    path: "/",
    query: "",
    headers,
    body: Buffer.from(body),
    remoteAddress: "::ffff:10.0.0.1",
  };
  const signing = { credentials, region: "us-east-1", service: "ecs", now: clock.now() };
  const request = signed ? { ...plain, ...signRequest(plain, signing) } : plain;
  const { status } = await gateway.respond(request, () => new AbortController().signal);
  return { status, records, lines };
}

it("every call is recorded as it was answered", async () => {
  const { status, records } = await call('{"cluster":"web"}');
  const [record] = records;
  assert.deepEqual([status, records.length], [200, 1]);
  assert.deepEqual(record?.requestParameters, { cluster: "web" });
  assert.deepEqual(record?.responseElements, { cluster: { clusterName: "web" } });
  assert.deepEqual([record?.sourceIPAddress, record?.userAgent], ["10.0.0.1", "test/1"]);
  assert.deepEqual([record?.userIdentity.arn, record?.resources?.[0]?.ARN], [root.arn, cluster]);
});

it("calls that are refused are recorded, too", async () => {
  const authorize = () => {
    throw new Fault("AccessDeniedException", "no");
  };
  const denied = await call('{"cluster":"web"}', { authorize });
  assert.deepEqual([denied.status, denied.records[0]?.errorCode], [400, "AccessDeniedException"]);
  assert.deepEqual(denied.records[0]?.requestParameters, { cluster: "web" });
  const invalid = await call("{}");
  assert.deepEqual([invalid.records.length, invalid.records[0]?.responseElements], [1, null]);
  assert.ok(invalid.records[0]?.errorCode);
  const unreadable = await call("{");
  assert.deepEqual(unreadable.records[0]?.requestParameters, null);
});

it("what nobody signed leaves no record: strangers cannot fill the trail", async () => {
  assert.deepEqual((await call("{}", { signed: false })).records, []);
});

it("data events leave no record, answered or refused", async () => {
  const records: AuditRecord[] = [];
  const audit = { record: (record: AuditRecord) => void records.push(record) };
  const logs = fakeService("logs", { PutLogEvents: async () => ({}), CreateLogStream: async () => ({}) });
  const { gateway } = testGateway([logs], { clock, audit });
  const ask = async (operation: string, body: string) => {
    const headers = { host: "h", "x-amz-target": `Logs_20140328.${operation}` };
    const plain = { method: "POST", path: "/", query: "", headers, body: Buffer.from(body) };
    const signed = signRequest(plain, { credentials, region: "us-east-1", service: "logs", now: clock.now() });
    return (await gateway.respond({ ...plain, ...signed }, () => new AbortController().signal)).status;
  };
  const put = '{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"m"}]}';
  assert.equal(await ask("PutLogEvents", put), 200);
  assert.equal(await ask("PutLogEvents", "{}"), 400);
  assert.equal(await ask("CreateLogStream", '{"logGroupName":"g","logStreamName":"s"}'), 200);
  assert.deepEqual(
    records.map(({ eventName }) => eventName),
    ["CreateLogStream"],
  );
});

it("a record that cannot be made changes no answer", async () => {
  const audit = {
    record: () => {
      throw new Error("full");
    },
  };
  const { status, lines } = await call('{"cluster":"web"}', { audit });
  assert.equal(status, 200);
  assert.ok(lines.some(({ message }) => message === "A call could not be recorded"));
});
