import assert from "node:assert/strict";
import { test } from "node:test";
import { noProxy } from "../contracts/load-balancer/loopback.ts";
import { apiOf } from "../support/api.ts";
import { balancedServices, webServer } from "../support/balanced-services.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, register } from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** A service without tasks behind a load balancer, which a request wakes. */

const shared = await sharePlatform();
const { balance, described, serve, vpcClient } = balancedServices(shared);
const service = "sleeper";

test("a service without tasks answers the first request, and sleeps when it is told to", {
  skip: shared.skip ?? noProxy ?? false,
}, async (t) => {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = shared.platform.env;
  const api = apiOf({ endpoint: shared.platform.endpoint, region: "us-east-1", accessKeyId, secretAccessKey });
  const balanced = await balance(service);
  const awake = await register(shared.clients, service, [webServer("awake")]);
  await serve(service, awake, balanced, { desiredCount: 0 });
  const [client, [node = ""]] = [await vpcClient(t), balanced.nodes];
  const ask = () => client.ask(node);
  assert.equal((await ask()).status, 503, "as with AWS");
  const target = {
    ServiceNamespace: "ecs",
    ScalableDimension: "ecs:service:DesiredCount",
    ResourceId: `service/${cluster}/${service}`,
  };
  const Tags = { "estiva:wake-on-request": "true" };
  const register0 = (MaxCapacity: number) =>
    api.call("application-autoscaling", "RegisterScalableTarget", { ...target, MinCapacity: 0, MaxCapacity, Tags });
  await register0(2);
  // The nodes hold no requests before they have heard of it.
  const first = await until("a request that waits for a task", ask, ({ status }) => status !== 503);
  assert.deepEqual(first, { status: 200, body: "awake" });
  assert.equal((await described(service)).desiredCount, 1);
  const { ScalingActivities: activities } = await api.call("application-autoscaling", "DescribeScalingActivities", {
    ServiceNamespace: "ecs",
  });
  assert.deepEqual(
    activities.map(({ Description, Cause }: Record<string, string>) => `${Description} ${Cause}`),
    ["Setting desired count to 1. a request waits for a task of the service"],
  );
  await register0(0);
  await until("the service to sleep", async () => (await described(service)).runningCount === 0 || undefined);
  await until("requests to be refused again", ask, ({ status }) => status === 503);
});
