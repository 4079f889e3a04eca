import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { AuditRecord } from "#kernel/audit.ts";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { createLogSink, createLogs, type LogStorage, logsCollections } from "#services/logs/index.ts";
import { isFault, type TestWorld, testWorld } from "../../../test/support/context.ts";
import { logParts } from "../../../test/support/log-queries.ts";
import { TrailDelivery } from "./delivery.ts";
import { cloudTrailCollections } from "./index.ts";
import { createOperations } from "./operations/index.ts";
import { Trail, type TrailLimits } from "./trail.ts";

const account = "000000000000";
const region = "us-east-1";
const group = `arn:aws:logs:${region}:${account}:log-group:audit:*`;
const role = `arn:aws:iam::${account}:role/trails`;
const wanted = {
  ...{ Name: "main", S3BucketName: "a-bucket" },
  ...{ CloudWatchLogsLogGroupArn: group, CloudWatchLogsRoleArn: role },
};

let folder = "";
let world: TestWorld;
let trail: Trail;
let delivery: TrailDelivery;
let operations: ReturnType<typeof createOperations>;
let storage: LogStorage;
let logs: ReturnType<typeof createLogs>["operations"];
let refused: string | undefined;

/** For each test of a suite: a platform of its own. */
function withPlatform(): void {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "estiva-trails-"));
    refused = undefined;
    world = await testWorld({ collections: [...cloudTrailCollections, ...logsCollections], model: "cloudtrail" });
    const parts = logParts({ files: memoryFiles() });
    storage = parts.storage;
    logs = createLogs(parts).operations;
    await startPlatform();
    await world.call(logs, "CreateLogGroup", { logGroupName: "audit" });
  });
  afterEach(async () => {
    await trail.close();
    rmSync(folder, { recursive: true });
  });
}

/** What of the platform there is, started again over what is on the disk. */
async function startPlatform(limits: Partial<TrailLimits> = {}): Promise<void> {
  const { store, clock, random } = world;
  trail = await Trail.open({ folder, clock, log: silentLog, limits });
  const sink = createLogSink({ store, storage, clock, random });
  const refusal = () => refused;
  delivery = new TrailDelivery({ store, trail, sink, refusal, clock, log: silentLog });
  operations = createOperations({ trail, delivery, refusal });
  delivery.start();
}

const call: TestWorld["call"] = (...asked) => world.call(...asked);

function record(id: number, fields: Partial<AuditRecord> = {}): void {
  trail.record({
    ...{ eventVersion: "1.11", userIdentity: { type: "Root" }, eventTime: "2026-01-01T00:00:00Z" },
    ...{ eventSource: "ecs.amazonaws.com", eventName: "RunTask", awsRegion: region, sourceIPAddress: "10.0.0.1" },
    ...{ userAgent: "", requestParameters: null, responseElements: null, requestID: "r", eventID: `e${id}` },
    ...{ readOnly: false, eventType: "AwsApiCall", managementEvent: true, eventCategory: "Management" },
    recipientAccountId: account,
    ...fields,
  });
}

/** The ids of the records in the log group, once all that is recorded has been delivered. */
async function delivered(): Promise<string[]> {
  await trail.flush();
  await delivery.deliver();
  const input = { logGroupName: "audit", logStreamName: `${account}_CloudTrail_${region}`, startFromHead: true };
  const { events = [] } = await call(logs, "GetLogEvents", input).catch(() => ({}));
  return events.map(({ message }: { readonly message: string }) => JSON.parse(message).eventID);
}

const startLogging = async (more = {}) => {
  await call(operations, "CreateTrail", { ...wanted, ...more });
  await call(operations, "StartLogging", { Name: "main" });
};

describe("a trail", () => {
  withPlatform();

  it("delivers to its log group while it is started, each record once", async () => {
    record(1);
    await call(operations, "CreateTrail", wanted);
    record(2);
    assert.deepEqual(await delivered(), []);
    await call(operations, "StartLogging", { Name: "main" });
    record(3);
    record(4);
    assert.deepEqual(await delivered(), ["e3", "e4"]);
    record(5);
    await call(operations, "StopLogging", { Name: "main" });
    record(6);
    assert.deepEqual(await delivered(), ["e3", "e4", "e5"]);
    await call(operations, "StartLogging", { Name: "main" });
    record(7);
    assert.deepEqual(await delivered(), ["e3", "e4", "e5", "e7"]);
  });

  it("goes on where it was after a restart, over files that were turned over", async () => {
    await trail.close();
    await startPlatform({ fileBytes: 1 });
    await startLogging();
    for (let id = 1; id <= 5; id++) {
      record(id);
      await trail.flush();
    }
    assert.equal((await delivered()).length, 5);
    record(6);
    await trail.close();
    await startPlatform();
    assert.deepEqual(await delivered(), ["e1", "e2", "e3", "e4", "e5", "e6"]);
  });

  it("passes over what was removed before it could be delivered", async () => {
    await trail.close();
    await startPlatform({ fileBytes: 1 });
    await startLogging();
    refused = "no";
    for (let id = 1; id <= 3; id++) {
      record(id);
      await trail.flush();
    }
    const [oldest] = readdirSync(folder).sort();
    rmSync(join(folder, oldest!));
    refused = undefined;
    assert.deepEqual(await delivered(), ["e2", "e3"]);
  });

  it("tells why it cannot deliver, and makes up for it", async () => {
    await startLogging();
    refused = "logs:PutLogEvents is not allowed";
    record(1);
    assert.deepEqual(await delivered(), []);
    const status = await call(operations, "GetTrailStatus", { Name: "main" });
    assert.equal(status.LatestCloudWatchLogsDeliveryError, refused);
    assert.equal(status.LatestDeliveryError, "NoSuchBucket");
    refused = undefined;
    await call(logs, "DeleteLogGroup", { logGroupName: "audit" });
    assert.deepEqual(await delivered(), []);
    const { LatestCloudWatchLogsDeliveryError: missing } = await call(operations, "GetTrailStatus", { Name: "main" });
    assert.equal(missing, "The specified log group does not exist.");
    await call(logs, "CreateLogGroup", { logGroupName: "audit" });
    assert.deepEqual(await delivered(), ["e1"]);
    const after = await call(operations, "GetTrailStatus", { Name: "main" });
    assert.equal(after.LatestCloudWatchLogsDeliveryError, undefined);
    assert.equal(after.LatestCloudWatchLogsDeliveryTime, world.clock.now());
    assert.equal(after.IsLogging, true);
  });

  const elsewhere = { awsRegion: "eu-west-1" };
  const iam = { eventSource: "iam.amazonaws.com" };
  const readOnly = { readOnly: true };
  const selections: [string, object, Partial<AuditRecord>, boolean][] = [
    ["its region's", {}, {}, true],
    ["not another account's", {}, { recipientAccountId: "111111111111" }, false],
    ["not another region's", {}, elsewhere, false],
    ["all regions' when it is for all", { IsMultiRegionTrail: true }, elsewhere, true],
    ["global services'", {}, iam, true],
    ["not global services' when it leaves them out", { IncludeGlobalServiceEvents: false }, iam, false],
    ["reads too", {}, readOnly, true],
  ];
  for (const [name, settings, fields, isWanted] of selections) {
    it(`delivers ${name}`, async () => {
      await startLogging(settings);
      record(1, fields);
      assert.deepEqual(await delivered(), isWanted ? ["e1"] : []);
    });
  }

  it("delivers what its selectors select", async () => {
    await startLogging();
    const selectors = [{ ReadWriteType: "WriteOnly", ExcludeManagementEventSources: ["kms.amazonaws.com"] }] as const;
    await call(operations, "PutEventSelectors", { TrailName: "main", EventSelectors: selectors });
    record(1, readOnly);
    record(2, { eventSource: "kms.amazonaws.com" });
    record(3);
    assert.deepEqual(await delivered(), ["e3"]);
    const { EventSelectors } = await call(operations, "GetEventSelectors", { TrailName: "main" });
    assert.deepEqual(EventSelectors, [{ ...selectors[0], IncludeManagementEvents: true, DataResources: [] }]);
    assert.equal((await call(operations, "GetTrail", { Name: "main" })).Trail?.HasCustomEventSelectors, true);
  });
});

describe("operations on trails", () => {
  withPlatform();

  it("show a trail of all regions in other regions, where it cannot be changed", async () => {
    await call(operations, "CreateTrail", { ...wanted, IsMultiRegionTrail: true });
    await call(operations, "CreateTrail", { ...wanted, Name: "local" });
    const there = { region: "eu-west-1" };
    const namesOf = ({ trailList = [] }: { readonly trailList?: readonly { readonly Name?: string }[] }) =>
      trailList.map(({ Name }) => Name);
    assert.deepEqual(namesOf(await call(operations, "DescribeTrails", {})), ["local", "main"]);
    assert.deepEqual(namesOf(await call(operations, "DescribeTrails", {}, there)), ["main"]);
    assert.deepEqual(namesOf(await call(operations, "DescribeTrails", { includeShadowTrails: false }, there)), []);
    assert.deepEqual(namesOf(await call(operations, "DescribeTrails", { trailNameList: ["none"] })), []);
    assert.equal((await call(operations, "ListTrails", {}, there)).Trails?.length, 2);
    await assert.rejects(
      call(operations, "DeleteTrail", { Name: "main" }, there),
      isFault("InvalidHomeRegionException"),
    );
  });

  it("change, tag and remove", async () => {
    const { TrailARN } = await call(operations, "CreateTrail", { ...wanted, TagsList: [{ Key: "a", Value: "b" }] });
    assert.equal(TrailARN, `arn:aws:cloudtrail:${region}:${account}:trail/main`);
    const changed = await call(operations, "UpdateTrail", { Name: "main", S3KeyPrefix: "x", IsMultiRegionTrail: true });
    assert.deepEqual([changed.S3KeyPrefix, changed.S3BucketName, changed.IsMultiRegionTrail], ["x", "a-bucket", true]);
    await call(operations, "AddTags", { ResourceId: TrailARN!, TagsList: [{ Key: "c", Value: "d" }] });
    await call(operations, "RemoveTags", { ResourceId: TrailARN!, TagsList: [{ Key: "a" }] });
    const { ResourceTagList } = await call(operations, "ListTags", { ResourceIdList: [TrailARN!] });
    assert.deepEqual(ResourceTagList, [{ ResourceId: TrailARN, TagsList: [{ Key: "c", Value: "d" }] }]);
    await call(operations, "DeleteTrail", { Name: TrailARN! });
    const unknown = `Unknown trail: ${TrailARN} for the user: ${account}`;
    await assert.rejects(call(operations, "GetTrail", { Name: "main" }), isFault("TrailNotFoundException", unknown));
  });

  const { CloudWatchLogsLogGroupArn: _, CloudWatchLogsRoleArn: __, ...toBucket } = wanted;
  const refusals: [string, object, string, RegExp][] = [
    ["delivery to S3 alone", toBucket, "S3BucketDoesNotExistException", /no S3/],
    [
      "a log group without a role",
      { ...toBucket, CloudWatchLogsLogGroupArn: group },
      "InvalidParameterCombinationException",
      /both/,
    ],
    [
      "a group that is not there",
      { ...wanted, CloudWatchLogsLogGroupArn: group.replace("audit", "none") },
      "InvalidCloudWatchLogsLogGroupArnException",
      /cannot validate/,
    ],
    [
      "a group of another account",
      { ...wanted, CloudWatchLogsLogGroupArn: group.replace(account, "111111111111") },
      "InvalidCloudWatchLogsLogGroupArnException",
      /cannot validate/,
    ],
    ["a topic", { ...wanted, SnsTopicName: "t" }, "UnsupportedOperationException", /SnsTopicName/],
    [
      "validation",
      { ...wanted, EnableLogFileValidation: true },
      "UnsupportedOperationException",
      /EnableLogFileValidation/,
    ],
    ["a key", { ...wanted, KmsKeyId: "k" }, "UnsupportedOperationException", /KmsKeyId/],
    [
      "an organization",
      { ...wanted, IsOrganizationTrail: true },
      "UnsupportedOperationException",
      /IsOrganizationTrail/,
    ],
    [
      "all regions without global services",
      { ...wanted, IsMultiRegionTrail: true, IncludeGlobalServiceEvents: false },
      "InvalidParameterCombinationException",
      /global/,
    ],
    ["a short name", { ...wanted, Name: "ab" }, "InvalidTrailNameException", /too short/],
    ["a name with other characters", { ...wanted, Name: "a b" }, "InvalidTrailNameException", /can only contain/],
    ["a bucket's name that is none", { ...wanted, S3BucketName: "A" }, "InvalidS3BucketNameException", /Bucket name A/],
  ];
  for (const [name, input, code, message] of refusals) {
    it(`CreateTrail refuses ${name}`, () =>
      assert.rejects(call(operations, "CreateTrail", input as typeof wanted), isFault(code, message)));
  }

  it("CreateTrail refuses a role that may not write, a name that is taken, and a sixth trail", async () => {
    refused = "no";
    const denied = isFault("InvalidCloudWatchLogsRoleArnException", /^Access denied. Verify in IAM/);
    await assert.rejects(call(operations, "CreateTrail", wanted), denied);
    refused = undefined;
    await call(operations, "CreateTrail", wanted);
    const taken = isFault("TrailAlreadyExistsException", `Trail main already exists for customer: ${account}`);
    await assert.rejects(call(operations, "CreateTrail", wanted), taken);
    for (const Name of ["t-2", "t-3", "t-4", "t-5"]) await call(operations, "CreateTrail", { ...wanted, Name });
    const sixth = call(operations, "CreateTrail", { ...wanted, Name: "t-6" });
    await assert.rejects(sixth, isFault("MaximumNumberOfTrailsExceededException"));
  });
});
