import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { LookupEventsRequest } from "#generated/cloudtrail/types.ts";
import type { AuditRecord } from "#kernel/audit.ts";
import { type Log, silentLog } from "#kernel/controller.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { lookupEvents } from "./operations/lookup-events.ts";
import { Trail, type TrailLimits } from "./trail.ts";

const account = "111111111111";
const region = "us-east-1";
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function openTrail(limits: Partial<TrailLimits> = {}, folder = newFolder(), log: Log = silentLog) {
  const clock = new VirtualClock();
  const trail = await Trail.open({ folder, clock, log, limits });
  const ctx = {
    ...{ account, region, clock },
    fault: (code: string, message: string) => new Fault(code, message),
  } as unknown as RequestContext;
  const lookUp = (input: LookupEventsRequest = {}, more = {}) => lookupEvents(trail)(input, { ...ctx, ...more });
  return {
    trail,
    clock,
    folder,
    lookUp,
    record: (id: number, fields = {}) => trail.record(recordAt(clock, id, fields)),
  };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "estiva-trail-"));
  folders.push(folder);
  return folder;
}

function recordAt(clock: VirtualClock, id: number, fields: Partial<AuditRecord> = {}): AuditRecord {
  return {
    eventVersion: "1.11",
    userIdentity: { type: "IAMUser", userName: "ada", accessKeyId: "AKIAADA", arn: "arn:aws:iam::1:user/ada" },
    eventTime: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
    ...{ eventSource: "ecs.amazonaws.com", eventName: "RunTask", awsRegion: region, sourceIPAddress: "10.0.0.1" },
    ...{ userAgent: "", requestParameters: null, responseElements: null, requestID: "r", eventID: `e${id}` },
    ...{ readOnly: false, eventType: "AwsApiCall", managementEvent: true, eventCategory: "Management" },
    recipientAccountId: account,
    ...fields,
  };
}

const idsOf = ({ Events = [] }: { readonly Events?: readonly { readonly EventId?: string }[] }) =>
  Events.map(({ EventId }) => EventId);

describe("the audit trail", () => {
  it("is written a moment later, readable by its owner only", async () => {
    const { record, clock, folder, trail } = await openTrail();
    record(1);
    record(2);
    assert.deepEqual(readdirSync(folder), []);
    await clock.advance(500);
    await trail.flush();
    const [name] = readdirSync(folder);
    assert.deepEqual(readFileSync(join(folder, name!), "utf8").trim().split("\n").length, 2);
    assert.equal(statSync(join(folder, name!)).mode & 0o777, 0o600);
    await trail.close();
  });

  it("forgets all that was recorded, and goes on in another file", async () => {
    const { record, folder, trail, lookUp } = await openTrail();
    record(1);
    await trail.flush();
    const before = await trail.end();
    record(2);
    await trail.clear();
    assert.deepEqual(readdirSync(folder), []);
    assert.deepEqual(idsOf(await lookUp()), []);
    record(3);
    await trail.flush();
    assert.deepEqual(idsOf(await lookUp()), ["e3"]);
    const chunk = await trail.readFrom(before, 1000);
    assert.deepEqual(
      chunk?.records.map((found) => found.record.eventID),
      ["e3"],
    );
    await trail.close();
  });

  it("is in files of bounded size, of which the oldest go", async () => {
    const { record, folder, trail, lookUp } = await openTrail({ fileBytes: 1000, totalBytes: 5000 });
    for (let id = 1; id <= 40; id++) {
      record(id);
      await trail.flush();
    }
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    assert.ok(bytes <= 6000, String(bytes));
    const ids = idsOf(await lookUp());
    assert.equal(ids[0], "e40");
    assert.ok(ids.length > 3 && ids.length < 40, String(ids.length));
    await trail.close();
  });

  it("forgets what is older than it keeps", async () => {
    const { record, clock, trail, lookUp } = await openTrail({ fileBytes: 1, keepDays: 1 });
    for (let id = 1; id <= 4; id++) {
      record(id);
      await trail.flush();
      await clock.advance(86_400_000);
    }
    assert.deepEqual(idsOf(await lookUp()), ["e4", "e3", "e2"]);
    await trail.close();
  });

  it("survives a restart, and a line that was cut", async () => {
    const first = await openTrail();
    first.record(1);
    await first.trail.close();
    const [name] = readdirSync(first.folder);
    appendFileSync(join(first.folder, name!), '{"eventID":"e2","recipi');
    writeFileSync(join(first.folder, "notes.txt"), "not a trail");
    const second = await openTrail({}, first.folder);
    second.record(3);
    assert.deepEqual(idsOf(await second.lookUp()), ["e3", "e1"]);
    await second.trail.close();
  });

  it("keeps what cannot be written, as far as there is room, and says so", async () => {
    const lines: string[] = [];
    const write = (message: string) => void lines.push(message);
    const { record, folder, trail, lookUp, clock } = await openTrail({ pendingBytes: 1000 }, newFolder(), {
      ...silentLog,
      error: write,
      warn: write,
    });
    rmSync(folder, { recursive: true });
    for (let id = 1; id <= 9; id++) record(id);
    await trail.flush();
    await clock.advance(500);
    assert.deepEqual(lines, [
      "Calls are missing in the audit trail: it could not keep up",
      "The audit trail cannot be written",
    ]);
    await Trail.open({ folder, clock, log: silentLog });
    assert.deepEqual(idsOf(await lookUp()), ["e2", "e1"]);
    await trail.close();
  });
});

it("a full disk makes neither files nor doubles; what waited is written once there is space", async (t) => {
  const folder = newFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    return t.skip(`a small file system cannot be mounted here: ${(error as Error).message.split("\n")[1]}`);
  }
  t.after(() => execFileSync("umount", ["-l", folder]));
  const { record, trail, lookUp } = await openTrail({}, folder);
  record(1);
  await trail.flush();
  const ballast = join(folder, "ballast");
  writeFileSync(ballast, new Uint8Array(48 * 1024));
  const many = Array.from({ length: 40 }, (_, i) => i + 2);
  for (const id of many) record(id, { userAgent: "x".repeat(300) });
  for (let attempt = 0; attempt < 5; attempt++) await trail.flush();
  assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith(".jsonl")).length, 1);
  rmSync(ballast);
  await trail.flush();
  const [name] = readdirSync(folder);
  const lines = readFileSync(join(folder, name!), "utf8").trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).eventID),
    [1, ...many].map((id) => `e${id}`),
  );
  assert.equal(idsOf(await lookUp({ MaxResults: 50 })).length, 41);
  await trail.close();
});

describe("LookupEvents", () => {
  it("pages from the newest, without doubles and gaps", async () => {
    const { record, lookUp, trail } = await openTrail({ fileBytes: 1500 });
    for (let id = 1; id <= 10; id++) {
      record(id);
      await trail.flush();
    }
    const first = await lookUp({ MaxResults: 4 });
    record(11);
    const second = await lookUp({ MaxResults: 4, NextToken: first.NextToken! });
    const third = await lookUp({ MaxResults: 4, NextToken: second.NextToken! });
    const wanted = Array.from({ length: 10 }, (_, i) => `e${10 - i}`);
    assert.deepEqual([first, second, third].flatMap(idsOf), wanted);
    assert.equal(third.NextToken, undefined);
    await assert.rejects(lookUp({ NextToken: first.NextToken! }, { region: "eu-west-1" }), {
      code: "InvalidNextTokenException",
    });
    await assert.rejects(lookUp({ NextToken: "x" }), { code: "InvalidNextTokenException" });
    await trail.close();
  });

  it("shows the account's and region's own events only", async () => {
    const { record, lookUp, trail } = await openTrail();
    record(1, { recipientAccountId: "222222222222" });
    record(2, { awsRegion: "eu-west-1" });
    record(3);
    assert.deepEqual(idsOf(await lookUp()), ["e3"]);
    assert.deepEqual(idsOf(await lookUp({}, { account: "222222222222" })), ["e1"]);
    await trail.close();
  });

  it("looks for one attribute, and a time", async () => {
    const { record, lookUp, clock, trail } = await openTrail();
    const ARN = "arn:aws:ecs:us-east-1:1:cluster/web";
    record(1, { eventName: "DeleteCluster", resources: [{ ARN, type: "AWS::ECS::Cluster" }] });
    const between = clock.now() + 5000;
    await clock.advance(10_000);
    record(2, { readOnly: true, eventSource: "ec2.amazonaws.com", userIdentity: { type: "Root", arn: "a:root" } });
    const by = async (AttributeKey: string, AttributeValue: string) =>
      idsOf(await lookUp({ LookupAttributes: [{ AttributeKey, AttributeValue }] } as LookupEventsRequest)).join(" ");
    const cases: [string, string, string][] = [
      ["EventName", "DeleteCluster", "e1"],
      ["EventName", "Delete", ""],
      ["EventId", "e2", "e2"],
      ["ReadOnly", "true", "e2"],
      ["ReadOnly", "false", "e1"],
      ["Username", "ada", "e1"],
      ["Username", "root", "e2"],
      ["EventSource", "ec2.amazonaws.com", "e2"],
      ["AccessKeyId", "AKIAADA", "e1"],
      ["ResourceName", ARN, "e1"],
      ["ResourceName", "web", "e1"],
      ["ResourceType", "AWS::ECS::Cluster", "e1"],
    ];
    for (const [key, value, wanted] of cases) assert.equal(await by(key, value), wanted, `${key}=${value}`);
    assert.deepEqual(idsOf(await lookUp({ StartTime: between })), ["e2"]);
    assert.deepEqual(idsOf(await lookUp({ EndTime: between })), ["e1"]);
    await assert.rejects(lookUp({ StartTime: 2, EndTime: 1 }), { code: "InvalidTimeRangeException" });
    const one = { AttributeKey: "EventName", AttributeValue: "x" } as const;
    await assert.rejects(lookUp({ LookupAttributes: [one, one] }), { code: "InvalidLookupAttributesException" });
    const { Events } = await lookUp({ MaxResults: 1 });
    assert.equal(JSON.parse(Events![0]!.CloudTrailEvent!).eventID, "e2");
    await trail.close();
  });
});
