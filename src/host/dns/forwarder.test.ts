import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { after, test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { drainMicrotasks, VirtualClock } from "#kernel/virtual-clock.ts";
import { until } from "../../../test/support/until.ts";
import { createForwarder } from "./forwarder.ts";
import { parseQuery } from "./message.ts";

const message = Buffer.from([0, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1]);
const query = parseQuery(message).query!;

const silent = createSocket("udp4");
let asked = 0;
silent.on("message", () => asked++);
silent.bind(0, "127.0.0.1");
await once(silent, "listening");
after(() => silent.close());

test("a resolver that stays silent is left alone for a while, then asked by one query at a time", async () => {
  const clock = new VirtualClock();
  const options = { clock, random: seededRandom(1), servers: async () => ["127.0.0.1"], port: silent.address().port };
  const forwarder = createForwarder(options);
  const ask = async () => {
    const before = asked;
    const answer = forwarder.forward(message, query, "udp");
    await until("a question that waits", () => clock.nextAt() !== undefined && asked > before, Boolean, { everyMs: 1 });
    await clock.advance(1500);
    return answer;
  };
  for (let i = 0; i < 3; i++) assert.equal(await ask(), undefined);
  const probe = ask();
  await drainMicrotasks();
  assert.equal(await forwarder.forward(message, query, "udp"), undefined); // at once: no time has passed
  assert.equal(await probe, undefined);
});
