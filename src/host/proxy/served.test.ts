import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createFakeNetwork } from "#host/network/fake-network.ts";
import { createFakeDriver } from "#host/runtime/fake/driver.ts";
import { FakeHost } from "#host/runtime/fake/host.ts";
import { silentLog } from "#kernel/controller.ts";
import { noHttp } from "#kernel/http-sender.ts";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { createLoadBalancerNodes } from "./nodes.ts";

const folder = mkdtempSync(join(tmpdir(), "estiva-served-"));
after(() => rmSync(folder, { recursive: true }));

test("a proxy that never serves is not waited for longer than was said", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const nodes = createLoadBalancerNodes({
    ...{ clock, random, log: silentLog, send: noHttp, folder, network: createFakeNetwork() },
    driver: createFakeDriver({ host: new FakeHost({ clock, random }) }),
    ...{ knowsInterface: () => true, metricsIntervalMs: 60_000, follow() {} },
    endpoint: {
      async publishTargetHealth() {},
      async submitNodeState() {},
      async publishHeldRequests() {},
      async publishAccess() {},
      async publishTraffic() {},
    },
  });
  const ends: number[] = [];
  const began = clock.now();
  for (const withinMs of [2000, 1000]) {
    void nodes.whenTaskServed("t1", withinMs).then(() => ends.push(clock.now() - began));
  }
  await clock.advance(60_000);
  assert.deepEqual(ends, [1000, 2000]);
  await nodes.stop();
});
