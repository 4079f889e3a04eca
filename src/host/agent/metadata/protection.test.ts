import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { createFakeDriver } from "#host/runtime/fake/driver.ts";
import { silentLog } from "#kernel/controller.ts";
import type { ProtectionAnswer, ProtectionChange } from "../ports.ts";
import { payload } from "../testing/payloads.ts";
import { World } from "../testing/world.ts";
import { changeOf } from "./protection.ts";
import { type MetadataServer, startMetadataServer } from "./server.ts";

const world = new World({ latencyMs: 0 });
const task = payload("t1", { credentialsId: "c1" });
const { taskArn } = task;
const expiresAt = Date.parse("2022-10-06T02:29:16.500Z");

let server: MetadataServer;
let id: string;
/** Where requests come from. */
let vpcOfPeer: string | undefined;
let given: ProtectionAnswer | undefined;
let asked: (ProtectionChange | undefined)[] = [];

before(async () => {
  await world.start();
  world.controlPlane.want(task);
  await world.run(10_000);
  id = world.journal.entries.get("t1")!.memory.containers.app!.metadataId;
  server = await startMetadataServer({
    agent: world.agent!,
    driver: createFakeDriver({ host: world.host }),
    network: { resolverAddress: (vpcId) => world.network.resolverAddress(vpcId), vpcOfPeer: () => vpcOfPeer },
    protection: {
      async call(of, change) {
        assert.equal(of.taskArn, taskArn);
        asked.push(change);
        return given;
      },
    },
    clock: world.clock,
    log: silentLog,
    address: "127.0.0.1",
    port: 0,
  });
});

after(() => server.close());

async function send(method: string, body?: string, of = id) {
  const url = `http://127.0.0.1:${server.port}/api/${of}/task-protection/v1/state`;
  const response = await fetch(url, { method, ...(body !== undefined && { body }) });
  return { status: response.status, body: await response.json() };
}

const on = '{"ProtectionEnabled":true,"ExpiresInMinutes":60}';
const notFound = {
  status: 404,
  body: { error: { Code: "ResourceNotFoundException", Message: "Failed to find a task for the request" } },
};
const undecodable = {
  status: 400,
  body: {
    error: { Code: "InvalidParameterException", Message: "UpdateTaskProtection: failed to decode request" },
  },
};

describe("the task scale-in protection endpoint", () => {
  beforeEach(() => {
    vpcOfPeer = task.networkInterface!.vpcId;
    given = { protection: { taskArn, enabled: true, expiresAt } };
    asked = [];
  });

  test("GET tells the protection, PUT changes it, in the words of the developer guide", async () => {
    const protection = { ExpirationDate: "2022-10-06T02:29:16Z", ProtectionEnabled: true, TaskArn: taskArn };
    assert.deepEqual(await send("GET"), { status: 200, body: { protection } });
    assert.deepEqual(await send("PUT", on), { status: 200, body: { protection } });
    assert.deepEqual(asked, [undefined, { protectionEnabled: true, expiresInMinutes: 60 }]);
    given = { protection: { taskArn, enabled: false } };
    assert.deepEqual((await send("PUT", '{"ProtectionEnabled":false}')).body, {
      protection: { ExpirationDate: null, ProtectionEnabled: false, TaskArn: taskArn },
    });
  });

  test("failures are answered with 200, errors with their own status and the id of the call", async () => {
    given = { failure: { arn: taskArn, reason: "TASK_NOT_VALID" } };
    const failure = { Arn: taskArn, Detail: null, Reason: "TASK_NOT_VALID" };
    assert.deepEqual(await send("GET"), { status: 200, body: { failure } });
    given = { error: { code: "AccessDeniedException", message: "User: a", status: 400 }, requestId: "r1" };
    const error = { Arn: taskArn, Code: "AccessDeniedException", Message: "User: a" };
    assert.deepEqual(await send("PUT", on), { status: 400, body: { requestID: "r1", error } });
    given = undefined;
    const Message = "Invalid Request: no task IAM role credentials available for task";
    assert.deepEqual(await send("GET"), { status: 403, body: { error: { ...error, Message } } });
  });

  test("what says nothing, or nothing that can be read, changes nothing", async () => {
    const Message = "Invalid request: does not contain 'ProtectionEnabled' field";
    const error = { Arn: taskArn, Code: "InvalidParameterException", Message };
    assert.deepEqual(await send("PUT", '{"ExpiresInMinutes":60}'), { status: 400, body: { error } });
    for (const body of ["", "{", "[]", '{"ProtectionEnabled":1}', " ".repeat(10_000) + on]) {
      assert.deepEqual(await send("PUT", body), undecodable, body);
    }
    assert.equal((await send("POST", on)).status, 405);
    assert.deepEqual(asked, []);
  });

  test("acts for nobody who is elsewhere, or has another id", async () => {
    assert.deepEqual(await send("PUT", on, "t1-other"), notFound);
    vpcOfPeer = "vpc-of-others";
    assert.deepEqual(await send("GET"), notFound);
    assert.deepEqual(asked, []);
  });

  test("documents are read as the agent of Amazon ECS reads them", () => {
    const documents: [body: string, change: ReturnType<typeof changeOf>][] = [
      [on, { protectionEnabled: true, expiresInMinutes: 60 }],
      ['{"protectionEnabled":false}', { protectionEnabled: false }],
      ['{"ProtectionEnabled":true,"ExpiresInMinutes":null}', { protectionEnabled: true }],
      ['{"ProtectionEnabled":null}', "unsaid"],
      ["{}", "unsaid"],
      ['{"ProtectionEnabled":"true"}', "undecodable"],
      ['{"ProtectionEnabled":true,"ExpiresInMinutes":1.5}', "undecodable"],
      ['{"ProtectionEnabled":true,"Minutes":1}', "undecodable"],
      ["null", "undecodable"],
    ];
    for (const [body, change] of documents) assert.deepEqual(changeOf(body), change, body);
  });
});
