import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import {
  ContinueServiceDeploymentCommand,
  DeleteServiceCommand,
  DescribeServiceDeploymentsCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { createClient, textsOf } from "#cli/client.ts";
import { noProxy } from "../contracts/load-balancer/loopback.ts";
import { balancedServices, webServer as server, steadyLoad } from "../support/balanced-services.ts";
import { elbClient } from "../support/elb-client.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, register } from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** ECS services behind a load balancer: real containers, real packets, a client that never stops asking. */

const shared = await sharePlatform();
const { balance, newGroup, described, stable, serve, vpcClient } = balancedServices(shared);
const port = 8080;

test("a rolling deployment under steady load loses no request", {
  skip: shared.skip ?? noProxy ?? false,
}, async (t) => {
  const { ecs } = shared.clients;
  const balanced = await balance("rolling");
  const first = await register(shared.clients, "rolling", [server("one")]);
  const second = await register(shared.clients, "rolling", [server("two")]);
  await serve("rolling", first, balanced);
  const { ask } = await vpcClient(t);
  const [node] = balanced.nodes;
  assert.deepEqual(await ask(node!), { status: 200, body: "one" });

  const load = steadyLoad(ask, balanced.nodes);
  t.after(() => load.end());
  await ecs.send(new UpdateServiceCommand({ cluster, service: "rolling", taskDefinition: second }));
  const { events } = await stable("rolling");
  // The old tasks are told to stop by now; load balancers hear of it a moment later.
  await until("the new version alone", async () => ((await ask(node!)).body === "two" ? true : undefined));
  const { failures, bodies } = await load.end();
  assert.deepEqual(failures, []);
  assert.ok(bodies.get("one")! > 0 && bodies.get("two")! > 0, JSON.stringify([...bodies]));
  const messages = events!.map(({ message }) => message!);
  for (const words of ["registered", "deregistered"]) {
    const found = messages.find((message) => message.startsWith(`(service rolling) ${words} `));
    assert.ok(found?.endsWith(`targets in (target-group ${balanced.group})`), messages.join("\n"));
  }
  await ecs.send(new DeleteServiceCommand({ cluster, service: "rolling", force: true }));
  await until("the service's tasks to be told to stop", async () => {
    const { taskArns } = await ecs.send(new ListTasksCommand({ cluster, family: "rolling" }));
    return taskArns!.length === 0 ? true : undefined;
  });
  await elbClient(shared.platform)("DeleteLoadBalancer", { LoadBalancerArn: balanced.loadBalancer });
});

test("requests go on while a task and the platform are killed", {
  skip: shared.skip ?? noProxy ?? false,
}, async (t) => {
  const { ecs } = shared.clients;
  const balanced = await balance("crash");
  const first = await register(shared.clients, "crash", [server("one")]);
  const second = await register(shared.clients, "crash", [server("two")]);
  await serve("crash", first, balanced);
  const { ask } = await vpcClient(t);
  const load = steadyLoad(ask, balanced.nodes);
  t.after(() => load.end());
  await ecs.send(new UpdateServiceCommand({ cluster, service: "crash", taskDefinition: second }));
  // In the middle of the deployment, whatever it does just then.
  await until("the deployment to be under way", async () =>
    (await described("crash")).deployments!.some(
      ({ taskDefinition, runningCount = 0 }) => taskDefinition === second && runningCount > 0,
    )
      ? true
      : undefined,
  );
  await shared.platform.kill();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await shared.platform.start();
  await stable("crash");
  await until("the new version alone", async () => ((await ask(balanced.nodes[0]!)).body === "two" ? true : undefined));
  const { failures, bodies } = await load.end();
  assert.deepEqual(failures, []);
  assert.ok(bodies.get("two")! > 0);
  await ecs.send(new DeleteServiceCommand({ cluster, service: "crash", force: true }));
});

/** The hook that holds the service's deployment up. */
function pausedHook(service: string) {
  const { ecs } = shared.clients;
  return until(`a hook of ${service}`, async () => {
    const found = await ecs.send(new ListServiceDeploymentsCommand({ cluster, service, status: ["IN_PROGRESS"] }));
    const arns = found.serviceDeployments!.map(({ serviceDeploymentArn }) => serviceDeploymentArn!);
    if (arns.length === 0) return undefined;
    const shown = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: arns }));
    const [deployment] = shown.serviceDeployments!;
    const hook = deployment!.lifecycleHookDetails?.find(({ status }) => status === "AWAITING_ACTION");
    return hook && { serviceDeploymentArn: deployment!.serviceDeploymentArn!, hookId: hook.hookId! };
  });
}

test("a canary gets its share of requests, and all of them later", {
  skip: shared.skip ?? noProxy ?? false,
}, async (t) => {
  const { ecs, ec2 } = shared.clients;
  const balanced = await balance("canary");
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = shared.platform.env;
  const client = createClient({
    endpoint: shared.platform.endpoint,
    region: "us-east-1",
    accessKeyId,
    secretAccessKey,
  });
  const trust = { Effect: "Allow", Principal: { Service: "ecs.amazonaws.com" }, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
  const role = await client.iam("CreateRole", { RoleName: "shift", AssumeRolePolicyDocument });
  client.close();
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const rules = await elbClient(shared.platform)("DescribeRules", { ListenerArn: balanced.listener });
  const advancedConfiguration = {
    alternateTargetGroupArn: await newGroup("canary-2", Subnets![0]!.VpcId!),
    productionListenerRule: textsOf(rules, "RuleArn")[0]!,
    roleArn: textsOf(role, "Arn")[0]!,
  };
  const first = await register(shared.clients, "canary", [server("one")]);
  const second = await register(shared.clients, "canary", [server("two")]);
  const lifecycleHooks = [{ targetType: "PAUSE", lifecycleStages: ["PRE_PRODUCTION_TRAFFIC_SHIFT"] }] as const;
  await serve("canary", first, balanced, {
    loadBalancers: [
      { targetGroupArn: balanced.group, containerName: "web", containerPort: port, advancedConfiguration },
    ],
    deploymentConfiguration: {
      strategy: "CANARY",
      canaryConfiguration: { canaryPercent: 20, canaryBakeTimeInMinutes: 0 },
      lifecycleHooks: [...lifecycleHooks] as never,
    },
  });
  await ecs.send(new UpdateServiceCommand({ cluster, service: "canary", taskDefinition: second }));
  const { ask } = await vpcClient(t);
  // The hook pauses before each step: before the canary, and before the rest.
  await ecs.send(new ContinueServiceDeploymentCommand(await pausedHook("canary")));
  const paused = await pausedHook("canary");
  const count = 6000;
  const bodies = new Map<string, number>();
  const asker = async (host: string) => {
    for (let i = 0; i < count / 12; i++) {
      const { body } = await ask(host);
      bodies.set(body, (bodies.get(body) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 12 }, (_, i) => asker(balanced.nodes[i % balanced.nodes.length]!)));
  const share = (bodies.get("two") ?? 0) / count;
  t.diagnostic(`${(share * 100).toFixed(2)} % of ${count} requests went to a canary of 20 %`);
  assert.ok(Math.abs(share - 0.2) < 0.02, `the canary got ${(share * 100).toFixed(1)} %`);
  await ecs.send(new ContinueServiceDeploymentCommand(paused));
  await stable("canary");
  await until("the new version alone", async () => ((await ask(balanced.nodes[0]!)).body === "two" ? true : undefined));
});
