import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault, type TestWorld, testWorld } from "../../../../test/support/context.ts";
import { ecsCollections } from "../index.ts";
import { taskKey } from "../model.ts";
import { aTask } from "../testing.ts";
import { operations } from "./index.ts";

const base = "arn:aws:ecs:us-east-1:000000000000:";

async function world(): Promise<TestWorld> {
  const made = await testWorld({ collections: ecsCollections, model: "ecs" });
  await made.call(operations, "CreateCluster", { clusterName: "web" });
  await made.call(operations, "RegisterTaskDefinition", {
    family: "web",
    containerDefinitions: [{ name: "app", image: "app:1", memory: 128 }],
  });
  await made.store.commit({ put: [{ key: taskKey(aTask()), value: aTask() }] });
  return made;
}

for (const [kind, resource] of [
  ["a cluster", "cluster/web"],
  ["a task definition", "task-definition/web:1"],
  ["a task", `task/web/${aTask().id}`],
] as const) {
  test(`${kind} is tagged and untagged`, async () => {
    const { call } = await world();
    const resourceArn = base + resource;
    const tags = async () => (await call(operations, "ListTagsForResource", { resourceArn })).tags;
    assert.deepEqual(await tags(), []);
    await call(operations, "TagResource", { resourceArn, tags: [{ key: "a", value: "1" }, { key: "b" }] });
    await call(operations, "TagResource", { resourceArn, tags: [{ key: "a", value: "2" }] });
    assert.deepEqual(await tags(), [
      { key: "a", value: "2" },
      { key: "b", value: "" },
    ]);
    await call(operations, "UntagResource", { resourceArn, tagKeys: ["b", "c"] });
    assert.deepEqual(await tags(), [{ key: "a", value: "2" }]);
  });
}

for (const [resourceArn, code] of [
  [`${base}cluster/other`, "ClusterNotFoundException"],
  [`${base}task-definition/web:2`, "InvalidParameterException"],
  [`${base}task-definition/web`, "InvalidParameterException"],
  [`${base}task/web/0`, "InvalidParameterException"],
  [`${base}constructor/web`, "InvalidParameterException"],
  ["web", "InvalidParameterException"],
  ["arn:aws:ecs:eu-west-1:000000000000:cluster/web", "InvalidParameterException"],
  ["arn:aws:logs:us-east-1:000000000000:cluster/web", "InvalidParameterException"],
] as const) {
  test(`there is nothing to tag at ${resourceArn}`, async () => {
    const { call } = await world();
    await assert.rejects(call(operations, "TagResource", { resourceArn, tags: [] }), isFault(code));
    await assert.rejects(call(operations, "UntagResource", { resourceArn, tagKeys: [] }), isFault(code));
    await assert.rejects(call(operations, "ListTagsForResource", { resourceArn }), isFault(code));
  });
}

test("a task that has stopped keeps its tags", async () => {
  const { call, store } = await world();
  const resourceArn = `${base}task/web/${aTask().id}`;
  const tags = [{ key: "a", value: "1" }];
  await call(operations, "TagResource", { resourceArn, tags });
  const key = taskKey(aTask());
  for (const lastStatus of ["DEPROVISIONING", "STOPPED"] as const) {
    const component = lastStatus === "STOPPED" ? "ecs.task" : "ecs.scheduler";
    const value = { ...(await store.get(key)).value!, lastStatus };
    await store.as(component).commit({ put: [{ key, value }] });
  }
  const message = "The specified task is stopped. Specify a running task and try again.";
  const refused = isFault("InvalidParameterException", message);
  await assert.rejects(call(operations, "TagResource", { resourceArn, tags: [{ key: "b" }] }), refused);
  await assert.rejects(call(operations, "UntagResource", { resourceArn, tagKeys: ["a"] }), refused);
  assert.deepEqual((await call(operations, "ListTagsForResource", { resourceArn })).tags, tags);
});

test("a resource has at most 50 tags, besides those of AWS", async () => {
  const { call, store } = await world();
  const task = aTask({ tags: [{ key: "aws:ecs:clusterName", value: "web" }] });
  await store.commit({ put: [{ key: taskKey(task), value: task }] });
  const resourceArn = task.taskArn;
  const tags = Array.from({ length: 50 }, (_, i) => ({ key: `k${i}`, value: "" }));
  await call(operations, "TagResource", { resourceArn, tags });
  await call(operations, "TagResource", { resourceArn, tags: [{ key: "k0", value: "changed" }] });
  await assert.rejects(
    call(operations, "TagResource", { resourceArn, tags: [{ key: "k50", value: "" }] }),
    isFault("InvalidParameterException", /maximum number of tags/),
  );
  await assert.rejects(
    call(operations, "UntagResource", { resourceArn, tagKeys: ["aws:ecs:clusterName"] }),
    isFault("InvalidParameterException", /reserved/),
  );
  assert.equal((await call(operations, "ListTagsForResource", { resourceArn })).tags?.length, 51);
});

for (const [title, tag] of [
  ["an empty key", { key: "" }],
  ["a long key", { key: "k".repeat(129) }],
  ["a long value", { key: "k", value: "v".repeat(257) }],
  ["a reserved key", { key: "AWS:k" }],
  ["an odd character", { key: "k", value: "a*b" }],
] as const) {
  test(`a tag with ${title} is refused`, async () => {
    const { call } = await world();
    const input = { resourceArn: `${base}cluster/web`, tags: [tag] };
    await assert.rejects(call(operations, "TagResource", input), isFault("InvalidParameterException"));
  });
}
