import { join } from "node:path";
import { test } from "node:test";
import { noExecSessions } from "#kernel/exec-sessions.ts";
import { noHttp } from "#kernel/http-sender.ts";
import { acmCollections } from "#services/acm/index.ts";
import { cloudWatchCollections } from "#services/cloudwatch/index.ts";
import { createDiscovery } from "#services/discovery/index.ts";
import { createEc2 } from "#services/ec2/index.ts";
import { type AgentHub, createEcs } from "#services/ecs/index.ts";
import { elbCollections } from "#services/elb/index.ts";
import { applyTwice, terraformFolder, whyNoTerraform } from "../../support/terraform.ts";
import { identityPlatform } from "../iam/world.ts";

/** Clusters, task definitions and services are made, read back without a difference, changed and removed. */
test("Terraform", { skip: whyNoTerraform() ?? false, timeout: 600_000 }, async (t) => {
  // No host is there: tasks wait to be placed, and go when nobody wants them any more.
  const hub = { dispatch: () => {} } as unknown as AgentHub;
  const ecs = createEcs({
    publishProxies: () => {},
    account: "000000000000",
    hub,
    send: noHttp,
    sessions: noExecSessions,
    stoppedTaskHours: 1,
    canAssume: () => true,
  });
  const network = [createDiscovery({ publishNames: () => {} }), createEc2({ publishNetwork: () => {} })];
  // What the controllers of ECS watch besides.
  const collections = [...cloudWatchCollections, ...elbCollections, ...acmCollections];
  const platform = await identityPlatform([...network, ecs], { collections, make: () => [] });
  t.after(() => platform.close());
  await applyTwice(t, terraformFolder(t, join(import.meta.dirname, "main.tf")), platform.env);
});
