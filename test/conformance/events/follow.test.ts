import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { createClient } from "#cli/client.ts";
import { wholePlatform } from "./world.ts";

const program = join(import.meta.dirname, "../../../src/estiva.ts");

test("estiva events -f prints events as they come, and leaves nothing behind", { timeout: 120_000 }, async (t) => {
  const platform = await wholePlatform();
  t.after(() => platform.close());
  const client = createClient(platform.connection);
  t.after(() => client.close());
  const args = ["--disable-warning=ExperimentalWarning", program, "events", "-f", "--source", "shop"];
  const child = spawn(process.execPath, args, { env: platform.env, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  let [output, errors] = ["", ""];
  child.stdout.on("data", (data: Buffer) => {
    output += data;
  });
  child.stderr.on("data", (data: Buffer) => {
    errors += data;
  });
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await until(() => errors.includes("Following the events of the bus default"));
  const entry = (Source: string, Detail: string) => ({ Source, DetailType: "Order", Detail });
  const entries = [entry("shop", '{"eventName": "PAID", "total": 3}'), entry("other", "{}"), entry("shop", '{"n": 1}')];
  await client.events("PutEvents", { Entries: entries });
  await until(() => output.split("\n").length > 2);
  const lines = output.trimEnd().split("\n");
  assert.match(lines[0]!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ shop Order eventName=PAID$/);
  assert.match(lines[1]!, /^\S+ shop Order \{"n":1\}$/);
  assert.equal(lines.length, 2);
  child.kill("SIGINT");
  const [code] = await once(child, "exit");
  assert.deepEqual([code, (await client.events("ListRules", {})).Rules], [0, []]);
  assert.deepEqual((await client.logs("DescribeLogGroups", {})).logGroups, []);
});
