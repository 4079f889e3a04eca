import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { textsOf } from "#cli/client.ts";
import { noProxy } from "../contracts/load-balancer/loopback.ts";
import { busyboxReference } from "../images/busybox.ts";
import { elbClient } from "../support/elb-client.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { applyTwice, terraformFolder, whyNoTerraform } from "../support/terraform.ts";
import { until } from "../support/until.ts";

/** What a team has in its own Terraform configuration, all together: each part is tested by itself elsewhere. */

const shared = await sharePlatform();

test("a stack as a team writes it is applied, changed and removed, and answers its users", {
  skip: shared.skip ?? noProxy ?? whyNoTerraform() ?? false,
  timeout: 1_800_000,
}, async (t) => {
  const { endpoint, env } = shared.platform;
  const folder = terraformFolder(t, join(import.meta.dirname, "stack.tf"));
  await applyTwice(t, folder, { ...env, TF_VAR_image: busyboxReference }, async (generation) => {
    const found = await elbClient(shared.platform)("DescribeLoadBalancers", { Names: ["shop"] });
    const host = textsOf(found, "DNSName")[0]!.replace("amazonaws.com", "localhost");
    const { hostname, port } = new URL(endpoint);
    const ask = async () => {
      const sent = request({ hostname, port, headers: { host } }).end();
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      return [response.statusCode, await text(response)] as const;
    };
    // The provider waits for tasks that run, which come to the load balancer when their containers are healthy.
    const [, answer] = await until("an answer of a task", ask, ([status]) => status === 200);
    assert.equal(answer, `hello hunter2 ${generation}\n`);
  });
});
