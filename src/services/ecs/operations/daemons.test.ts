import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CreateDaemonRequest, RegisterDaemonTaskDefinitionRequest } from "#generated/ecs/types.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { daemonTaskDefinitionController } from "../controllers/daemon-task-definition/controller.ts";
import { ecsCollections } from "../index.ts";
import { daemonTaskDefinitionKey } from "../model.ts";
import { operations } from "./index.ts";

const world = { account: "000000000000", region: "us-east-1" };
const arn = (resource: string) => `arn:aws:ecs:us-east-1:000000000000:${resource}`;
const plain = { family: "agent", containerDefinitions: [{ name: "agent", image: "agent:1" }] };

async function ready() {
  const made = await testWorld({ collections: ecsCollections, model: "ecs" });
  await made.call(operations, "CreateCluster", { clusterName: "web" });
  const register = async (fields: Partial<RegisterDaemonTaskDefinitionRequest> = {}) =>
    (await made.call(operations, "RegisterDaemonTaskDefinition", { ...plain, ...fields })).daemonTaskDefinitionArn!;
  const read = async (daemonTaskDefinition: string) =>
    (await made.call(operations, "DescribeDaemonTaskDefinition", { daemonTaskDefinition })).daemonTaskDefinition!;
  return { ...made, register, read };
}

describe("daemon task definitions", () => {
  test("each registration is the family's next revision, read back with the defaults", async () => {
    const { register, read } = await ready();
    assert.equal(await register(), arn("daemon-task-definition/agent:1"));
    const fields = { cpu: "256", memory: "512", pidMode: "shared", volumes: [{ name: "logs" }] } as const;
    assert.equal(await register(fields), arn("daemon-task-definition/agent:2"));
    const second = await read("agent");
    assert.deepEqual([second.revision, second.status, second.pidMode, second.cpu], [2, "ACTIVE", "shared", "256"]);
    assert.deepEqual(second.volumes, [{ name: "logs", host: {} }]);
    assert.deepEqual((await read("agent:1")).containerDefinitions, [
      {
        ...{ name: "agent", image: "agent:1", cpu: 0, essential: true },
        ...{ environment: [], mountPoints: [], systemControls: [] },
      },
    ]);
    assert.equal((await read(arn("daemon-task-definition/agent:1"))).revision, 1);
  });

  const refused: readonly [string, object, RegExp][] = [
    ["no name", { containerDefinitions: [{ image: "agent:1" }] }, /Container.name should not be null/],
    ["no containers", { containerDefinitions: [] }, /Container list cannot be empty/],
    ["a bad family", { family: "a b" }, /Family contains invalid characters/],
    ["a role that is none", { taskRoleArn: "arn:x" }, /Role is not valid/],
    ["an unknown volume", container({ mountPoints: [{ sourceVolume: "x", containerPath: "/x" }] }), /Unknown volume/],
    ["a file of S3", container({ environmentFiles: [{ type: "s3", value: "arn" }] }), /environmentFiles/],
    ["a log driver that is not there", container({ logConfiguration: { logDriver: "splunk" } }), /splunk/],
    ["too little memory", { memory: "1" }, /Invalid 'memory' setting for task/],
  ];
  function container(fields: object) {
    return { containerDefinitions: [{ name: "agent", image: "agent:1", ...fields }] };
  }
  for (const [name, fields, message] of refused) {
    test(`refuses ${name}`, async () => {
      const { register } = await ready();
      await assert.rejects(register(fields), isFault("ClientException", message));
    });
  }

  test("are listed by family and revision, in pages", async () => {
    const { call, register } = await ready();
    for (const family of ["b", "a-b", "a", "a"]) await register({ family });
    const list = async (fields: object = {}) => {
      const page = await call(operations, "ListDaemonTaskDefinitions", fields);
      return { names: page.daemonTaskDefinitions!.map((each) => each.arn!.split("/")[1]), next: page.nextToken };
    };
    assert.deepEqual((await list()).names, ["a:1", "a:2", "a-b:1", "b:1"]);
    assert.deepEqual((await list({ sort: "DESC" })).names, ["b:1", "a-b:1", "a:2", "a:1"]);
    assert.deepEqual((await list({ family: "a" })).names, ["a:1", "a:2"]);
    assert.deepEqual((await list({ familyPrefix: "a" })).names, ["a:1", "a:2", "a-b:1"]);
    assert.deepEqual((await list({ revision: "LAST_REGISTERED" })).names, ["a:2", "a-b:1", "b:1"]);
    const first = await list({ maxResults: 3 });
    const rest = await list({ maxResults: 3, nextToken: first.next });
    assert.deepEqual([first.names.length, rest.names, rest.next], [3, ["b:1"], undefined]);
    await assert.rejects(list({ maxResults: 101 }), isFault("InvalidParameterException", /100/));
  });

  test("one that is deleted is marked, serves nobody, and goes", async () => {
    const { call, register, read, reconcile, store } = await ready();
    await register();
    await register();
    const remove = (daemonTaskDefinition: string) =>
      call(operations, "DeleteDaemonTaskDefinition", { daemonTaskDefinition });
    await assert.rejects(remove("agent"), isFault("ClientException", /Revision is missing/));
    await remove("agent:2");
    await assert.rejects(remove("agent:2"), isFault("ClientException", /ACTIVE/));
    assert.equal((await read("agent")).revision, 1);
    assert.equal((await read("agent:2")).status, "DELETE_IN_PROGRESS");
    const marked = await call(operations, "ListDaemonTaskDefinitions", { status: "DELETE_IN_PROGRESS" });
    assert.equal(marked.daemonTaskDefinitions!.length, 1);
    const key = daemonTaskDefinitionKey(world, "agent", 2);
    await reconcile(daemonTaskDefinitionController, key);
    assert.equal((await store.get(key)).value, undefined);
    assert.equal(await register(), arn("daemon-task-definition/agent:3"));
  });

  test("can be tagged", async () => {
    const { call, register } = await ready();
    const resourceArn = await register({ tags: [{ key: "a", value: "b" }] });
    await call(operations, "TagResource", { resourceArn, tags: [{ key: "k", value: "v" }] });
    const { tags } = await call(operations, "ListTagsForResource", { resourceArn });
    assert.deepEqual(
      tags!.map(({ key }) => key),
      ["a", "k"],
    );
  });
});

describe("daemons", () => {
  const wanted: CreateDaemonRequest = {
    daemonName: "agents",
    clusterArn: arn("cluster/web"),
    daemonTaskDefinitionArn: arn("daemon-task-definition/agent:1"),
    capacityProviderArns: [arn("capacity-provider/managed")],
  };
  const refused: readonly [string, Partial<CreateDaemonRequest>, string, RegExp][] = [
    ["an unknown capacity provider", {}, "InvalidParameterException", /capacity provider was not found/],
    [
      "Fargate's",
      { capacityProviderArns: [arn("capacity-provider/FARGATE")] },
      "UnsupportedFeatureException",
      /only supported for Amazon ECS Managed Instances/,
    ],
    ["no capacity provider", { capacityProviderArns: [] }, "InvalidParameterException", /can not be empty/],
    ["no such cluster", { clusterArn: arn("cluster/none") }, "ClusterNotFoundException", /not found/],
    [
      "no such definition",
      { daemonTaskDefinitionArn: arn("daemon-task-definition/none:1") },
      "ClientException",
      /daemon task definition/,
    ],
    ["a bad name", { daemonName: "a b" }, "InvalidParameterException", /name/],
    ["a bad share", { deploymentConfiguration: { drainPercent: 101 } }, "InvalidParameterException", /drainPercent/],
    ["a long token", { clientToken: "t".repeat(37) }, "InvalidParameterException", /36/],
    ["reserved tags", { tags: [{ key: "aws:x", value: "" }] }, "InvalidParameterException", /aws:/],
  ];
  for (const [name, fields, code, message] of refused) {
    test(`CreateDaemon refuses ${name}`, async () => {
      const { call, register } = await ready();
      await register();
      await assert.rejects(call(operations, "CreateDaemon", { ...wanted, ...fields }), isFault(code, message));
    });
  }

  test("none is found, and none is listed", async () => {
    const { call } = await ready();
    const daemonArn = arn("daemon/web/agents");
    const missing = isFault("DaemonNotFoundException", /not found/);
    await assert.rejects(call(operations, "DescribeDaemon", { daemonArn }), missing);
    await assert.rejects(call(operations, "DeleteDaemon", { daemonArn }), missing);
    await assert.rejects(call(operations, "UpdateDaemon", { ...wanted, daemonArn }), missing);
    const invalid = isFault("InvalidParameterException", /daemon/);
    await assert.rejects(call(operations, "ListDaemonDeployments", { daemonArn }), invalid);
    await assert.rejects(call(operations, "DescribeDaemon", { daemonArn: "agents" }), invalid);
    const elsewhere = call(operations, "DescribeDaemon", { daemonArn: arn("daemon/none/agents") });
    await assert.rejects(elsewhere, isFault("ClusterNotFoundException", /not found/));
    const { daemonSummariesList } = await call(operations, "ListDaemons", { clusterArn: arn("cluster/web") });
    assert.deepEqual(daemonSummariesList, []);
  });

  test("deployments and revisions are missing", async () => {
    const { call } = await ready();
    const deployment = arn("daemon-deployment/web/agents/1");
    const deployments = await call(operations, "DescribeDaemonDeployments", { daemonDeploymentArns: [deployment] });
    assert.deepEqual(deployments.failures, [{ arn: deployment, reason: "MISSING" }]);
    const revision = arn("daemon-revision/web/agents/1");
    const revisions = await call(operations, "DescribeDaemonRevisions", { daemonRevisionArns: [revision] });
    assert.deepEqual(revisions.failures, [{ arn: revision, reason: "MISSING" }]);
  });
});
