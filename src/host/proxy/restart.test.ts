import assert from "node:assert/strict";
import { test } from "node:test";
import { noProxy, startLoopback } from "../../../test/contracts/load-balancer/loopback.ts";
import { freePort, listenerOf, nodeOf, text } from "../../../test/contracts/load-balancer/nodes.ts";
import { ask } from "../../../test/contracts/load-balancer/targets.ts";

const options = { skip: noProxy ?? false, timeout: 60_000 };

test("access log lines from while the platform was away come later, and none twice", options, async () => {
  const balancer = await startLoopback();
  try {
    const port = await freePort();
    const node = nodeOf({ listeners: [listenerOf(port, text("hello"))] });
    const paths = () => balancer.access.map(({ line }) => /GET \S+?(\/\w+) /.exec(line)![1]);
    await balancer.apply(node);
    await ask(port, "/before");
    await balancer.untilAccess(() => paths().includes("/before"));
    await balancer.restartPlatform(() => ask(port, "/meanwhile").then(() => undefined));
    assert.deepEqual(paths(), ["/before"]);
    await balancer.apply(node);
    await ask(port, "/after");
    await balancer.untilAccess(() => paths().includes("/after"));
    assert.deepEqual(paths(), ["/before", "/meanwhile", "/after"]);
    // A reload brings another process, whose ring is empty.
    await balancer.apply(nodeOf({ listeners: [listenerOf(port, text("other"))] }));
    await ask(port, "/reloaded");
    await balancer.untilAccess(() => paths().includes("/reloaded"));
    assert.deepEqual(paths(), ["/before", "/meanwhile", "/after", "/reloaded"]);
  } finally {
    await balancer.close();
  }
});
