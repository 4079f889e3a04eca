import assert from "node:assert/strict";
import { test } from "node:test";
import { ready } from "../../../../test/support/ecs-services.ts";
import { operations } from "./index.ts";

test("an empty cluster is the default one, in all calls", async () => {
  const { create, update, world } = await ready();
  await world.call(operations, "CreateCluster", {});
  const { service } = await create({ cluster: "" });
  assert.match(service!.serviceArn!, /:service\/default\/app$/);
  await update({ cluster: "", desiredCount: 0 });
  const named = { cluster: "", services: [service!.serviceArn!] };
  assert.equal((await world.call(operations, "DescribeServices", named)).services![0]!.desiredCount, 0);
  await world.call(operations, "DeleteService", { cluster: "", service: "app" });
});
