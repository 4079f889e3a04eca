import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault, type TestWorld, testWorld } from "../../../../test/support/context.ts";
import { checkAttribute, checkAttributeCount } from "../attributes/attributes.ts";
import { ecsCollections } from "../index.ts";
import { attributeKey, type ContainerInstanceRecord, containerInstanceKey } from "../model.ts";
import { operations } from "./index.ts";

const here = { account: "000000000000", region: "us-east-1" };
const target = "arn:aws:ecs:us-east-1:000000000000:container-instance/web/1";

async function world(): Promise<TestWorld> {
  const made = await testWorld({ collections: ecsCollections, model: "ecs" });
  await made.call(operations, "CreateCluster", { clusterName: "web" });
  return made;
}

test("a target that is not there is said so", async () => {
  const { call } = await world();
  const input = { cluster: "web", attributes: [{ name: "stack", value: "prod", targetId: target }] };
  for (const name of ["PutAttributes", "DeleteAttributes"] as const) {
    await assert.rejects(call(operations, name, input), isFault("TargetNotFoundException", /wasn't found/));
    await assert.rejects(
      call(operations, name, { ...input, cluster: "other" }),
      isFault("ClusterNotFoundException", "Cluster not found."),
    );
    for (const attribute of [{ name: "stack" }, { name: "stack", targetId: "1" }]) {
      await assert.rejects(
        call(operations, name, { cluster: "web", attributes: [attribute] }),
        isFault("InvalidParameterException", /target(Id|Type)/),
      );
    }
  }
});

test("attributes are listed by cluster, name and value", async () => {
  const { call, store } = await world();
  const at = { ...here, clusterName: "web", containerInstanceId: "1", targetId: target };
  const records = ["a", "b", "c"].map((name) => ({ ...at, name, value: "1" }));
  const instance: ContainerInstanceRecord = {
    ...{ ...here, clusterName: "web", id: "1", containerInstanceArn: target, hostId: "h", launchType: "EC2" },
    ...{ status: "ACTIVE", agentConnected: true, attributes: [], cpu: 1, memoryMiB: 1, reservedPorts: [], tags: [] },
    ...{ registeredAt: 0, version: 1 },
  };
  await store.commit({ put: [{ key: containerInstanceKey(instance), value: instance }] });
  await store.commit({
    put: records.map((record) => ({ key: attributeKey(here, "web", "1", record.name), value: record })),
  });
  const list = (input: object) =>
    call(operations, "ListAttributes", { cluster: "web", targetType: "container-instance", ...input });
  const first = await list({ maxResults: 2 });
  assert.deepEqual(first.attributes?.[0], {
    name: "a",
    value: "1",
    targetType: "container-instance",
    targetId: target,
  });
  const names = (page: typeof first) => page.attributes?.map((attribute) => attribute.name);
  assert.deepEqual(names(first), ["a", "b"]);
  assert.deepEqual(names(await list({ maxResults: 2, nextToken: first.nextToken })), ["c"]);
  assert.deepEqual(names(await list({ attributeName: "b", attributeValue: "1" })), ["b"]);
  assert.deepEqual(names(await list({ attributeName: "b", attributeValue: "2" })), []);
  await assert.rejects(list({ attributeValue: "1" }), isFault("InvalidParameterException"));
});

test("names and values have their form, and ten are enough", () => {
  for (const attribute of [{ name: "stack" }, { name: "a/b.c-d_e", value: "x y:z@1" }]) checkAttribute(attribute);
  for (const attribute of [
    { name: "" },
    { name: "a b" },
    { name: "ecs.os-type", value: "linux" },
    { name: "a", value: " x" },
    { name: "a", value: "" },
  ]) {
    assert.throws(() => checkAttribute(attribute), isFault("InvalidParameterException"));
  }
  const ten = Array.from({ length: 10 }, (_, i) => `a${i}`);
  checkAttributeCount(ten, ["a0"]);
  assert.throws(() => checkAttributeCount(ten, ["a10"]), isFault("AttributeLimitExceededException"));
});
