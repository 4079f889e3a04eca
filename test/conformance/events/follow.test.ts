import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { createClient } from "#cli/client.ts";
import { TestProcess } from "../../support/test-process.ts";
import { wholePlatform } from "./world.ts";

const program = join(import.meta.dirname, "../../../src/estiva.ts");

test("estiva events -f prints events as they come, and leaves nothing behind", async (t) => {
  const platform = await wholePlatform();
  t.after(() => platform.close());
  const client = createClient(platform.connection);
  t.after(() => client.close());
  const args = ["--disable-warning=ExperimentalWarning", program, "events", "-f", "--source", "shop"];
  const follower = new TestProcess(process.execPath, args, { env: platform.env, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => follower.end("SIGKILL"));
  await follower.shows("Following the events of the bus default", "err");
  const entry = (Source: string, Detail: string) => ({ Source, DetailType: "Order", Detail });
  const entries = [entry("shop", '{"eventName": "PAID", "total": 3}'), entry("other", "{}"), entry("shop", '{"n": 1}')];
  await client.events("PutEvents", { Entries: entries });
  const lines = (await follower.shows(/\n.*\n/)).trimEnd().split("\n");
  assert.match(lines[0]!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ shop Order eventName=PAID$/);
  assert.match(lines[1]!, /^\S+ shop Order \{"n":1\}$/);
  assert.equal(lines.length, 2);
  const { code } = await follower.end("SIGINT");
  assert.deepEqual([code, (await client.events("ListRules", {})).Rules], [0, []]);
  assert.deepEqual((await client.logs("DescribeLogGroups", {})).logGroups, []);
});
