import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "../../../test/contracts/load-balancer/browser.ts";
import { certificateFor } from "../../../test/contracts/load-balancer/certificates.ts";
import { noProxy, startLoopback } from "../../../test/contracts/load-balancer/loopback.ts";
import {
  authenticateBy,
  authenticationKeys,
  freePort,
  listenerOf,
  nodeOf,
  text,
} from "../../../test/contracts/load-balancer/nodes.ts";
import { ask } from "../../../test/contracts/load-balancer/targets.ts";
import { startOidcProvider } from "../../../test/support/oidc-provider.ts";
import { until } from "../../../test/support/until.ts";

const options = { skip: noProxy ?? false };

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

test("users who are logged in stay so while the platform is away; others wait for it", options, async () => {
  const [balancer, provider] = [await startLoopback(), await startOidcProvider()];
  try {
    const port = await freePort();
    const tls = { protocol: "HTTPS", certificates: [certificateFor("shop.test")] } as const;
    const listener = listenerOf(port, text("hello"), [], tls);
    const [rule] = listener.rules;
    const rules = [{ ...rule!, actions: [authenticateBy(provider.url), ...rule!.actions] }];
    const node = nodeOf({ listeners: [{ ...listener, rules }], authentication: authenticationKeys });
    await balancer.apply(node);
    const [user, stranger] = [new Browser(port), new Browser(port)];
    await user.logIn();
    await balancer.restartPlatform(async () => {
      assert.equal((await user.ask("/")).body, "hello");
      assert.equal((await stranger.ask("/")).status, 503);
    });
    await balancer.apply(node);
    await until("strangers are sent to the provider", async () => (await stranger.ask("/")).status === 302);
    assert.equal((await user.ask("/")).body, "hello");
  } finally {
    await balancer.close();
    await provider.close();
  }
});
