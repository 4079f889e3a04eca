import assert from "node:assert/strict";
import { test } from "node:test";
import { leadsToMetadata, sendHttp } from "./http-sender.ts";

test("nothing is sent to metadata services, however they are written", async () => {
  const hosts = ["169.254.169.254", "2852039166", "0xa9fea9fe", "[::ffff:169.254.170.2]", "[fd00:ec2::254]"];
  for (const host of hosts) {
    const call = { method: "POST" as const, url: `http://${host}/`, headers: {} };
    await assert.rejects(sendHttp(call, { timeoutMs: 1000 }), { reason: "InvalidSpec", message: /metadata/ }, host);
  }
});

test("a name of a metadata service is one of its addresses", async () => {
  const resolve = async (name: string) => [
    { address: "192.0.2.1" },
    ...(name === "metadata.example" ? [{ address: "169.254.169.254" }] : []),
  ];
  assert.equal(await leadsToMetadata("metadata.example", resolve), true);
  assert.equal(await leadsToMetadata("www.example", resolve), false);
  assert.equal(await leadsToMetadata("[::1]"), false);
});
