import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createAuthorizer } from "#gateway/authorize/authorizer.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { ecsCollections } from "#services/ecs/index.ts";
import { taskArn, taskKey } from "#services/ecs/model.ts";
import { iamCollections } from "#services/iam/index.ts";
import { logsAuthorization } from "#services/logs/authorization.ts";
import { createLogSink, LogStorage, logsCollections } from "#services/logs/index.ts";
import { isFault, type TestWorld, testWorld } from "../../test/support/context.ts";
import { addRole, document } from "../../test/support/iam.ts";
import { withTaskRights } from "./task-log-rights.ts";

const account = "000000000000";
const region = "us-east-1";
const id = "0123456789abcdef0123456789abcdef";
const at = { account, region, clusterName: "default", id };
const stream = { account, region, logGroupName: "/app", logStreamName: `web/app/${id}` };
const trust = document({ Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" });
const group = `arn:aws:logs:${region}:${account}:log-group:/app:*`;

let world: TestWorld;
let trusted = true;

describe("rights of a task's logs", () => {
  beforeEach(async () => {
    trusted = true;
    world = await testWorld({ collections: [...ecsCollections, ...iamCollections, ...logsCollections] });
  });

  /** The sink as it is for a task whose execution role has this policy. */
  async function sinkOf(policy: string | undefined) {
    const { store, clock, random } = world;
    await addRole(store.as("api"), account, "execution", { trust, ...(policy !== undefined && { policy }) });
    const executionRoleArn = policy === undefined ? {} : { executionRoleArn: `arn:aws:iam::${account}:role/execution` };
    const task = {
      ...{ ...at, taskArn: taskArn(at), lastStatus: "PROVISIONING", desiredStatus: "RUNNING", createdAt: 0 },
      ...{ ...executionRoleArn, family: "f", group: "g", taskDefinitionArn: "d" },
    };
    await store.as("api").commit({ put: [{ key: taskKey(at), value: task }] });
    const storage = new LogStorage({ files: memoryFiles() });
    const secretBox = createSecretBox(new Uint8Array(32), seededRandom(1));
    const logs = { name: "logs", operations: {}, controllers: [], collections: [], authorization: logsAuthorization };
    const { checkCall: check } = createAuthorizer({ services: [logs], store, clock, secretBox });
    const sink = createLogSink({ store, storage, clock, random });
    return withTaskRights(sink, { store, clock, check, trusts: () => trusted });
  }

  const batch = (timeNanos: string) => ({
    ...{ stream, taskArn: taskArn(at), sourceId: "c1", position: { timeNanos, count: 1 } },
    events: [{ timestamp: 1, message: "hello" }],
  });
  const who = `User: arn:aws:sts::${account}:assumed-role/execution/${id} is not authorized to perform: logs:`;
  const denied = (action: string, resource: string) =>
    isFault(
      "AccessDeniedException",
      `${who}${action} on resource: ${resource} because no identity-based policy allows the logs:${action} action`,
    );

  test("the execution role of a task must allow what is done for its logs", async () => {
    const create = { createGroup: true, taskArn: taskArn(at) };
    const nothing = await sinkOf(document({ Action: "ecr:*" }));
    const ofGroup = `arn:aws:logs:${region}:${account}:log-group:/app:log-stream:`;
    await assert.rejects(
      nothing.ensureStream(stream, create),
      denied("CreateLogStream", ofGroup + stream.logStreamName),
    );
    const streams = await sinkOf(document({ Action: "logs:CreateLogStream", Resource: group }));
    await assert.rejects(streams.ensureStream(stream, create), denied("CreateLogGroup", ofGroup));
    const all = await sinkOf(document({ Action: ["logs:CreateLogStream", "logs:CreateLogGroup"], Resource: group }));
    await all.ensureStream(stream, create);
    await nothing.ensureStream(stream, create);
    await assert.rejects(all.append(batch("1")), denied("PutLogEvents", ofGroup + stream.logStreamName));
    const writing = await sinkOf(document({ Action: "logs:PutLogEvents", Resource: group }));
    await writing.append(batch("1"));
    assert.deepEqual(await writing.position(stream, "c1"), { timeNanos: "1", count: 1 });
  });

  test("a right that was withdrawn is missed a moment later", async () => {
    const sink = await sinkOf(document({ Action: "logs:*" }));
    await sink.ensureStream(stream, { createGroup: true, taskArn: taskArn(at) });
    await sink.append(batch("1"));
    trusted = false;
    await world.clock.advance(5_000);
    await assert.rejects(sink.append(batch("2")), isFault("AccessDeniedException", /unable to assume the role/));
  });

  test("a task without an execution role writes as its host does", async () => {
    const sink = await sinkOf(undefined);
    await sink.ensureStream(stream, { createGroup: true, taskArn: taskArn(at) });
    await sink.append(batch("1"));
  });
});
