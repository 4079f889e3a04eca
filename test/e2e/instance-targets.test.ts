import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  DeleteServiceCommand,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { textsOf } from "#cli/client.ts";
import { noProxy } from "../contracts/load-balancer/loopback.ts";
import { balancedServices, steadyLoad } from "../support/balanced-services.ts";
import { elbClient } from "../support/elb-client.ts";
import { runEstiva } from "../support/estiva.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, register, shell } from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** Services in bridge and host mode behind a load balancer, which reaches them at the ports of their machine. */

const shared = await sharePlatform({
  async prepare() {
    const { ecs, ec2 } = shared.clients;
    await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    // One of the load balancers' zones.
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
    const zone = Subnets![0]!.AvailabilityZone!;
    const words = ["--cluster", cluster, "--cpu", "1024", "--memory", "1024", "--zone", zone];
    const { code, err } = await runEstiva(shared.platform, ["instance", "register", ...words]);
    assert.equal(code, 0, err);
  },
});
const { balance, serve, stable, vpcClient } = balancedServices(shared);

/** A web server that says which version it is. */
function define(family: string, networkMode: "bridge" | "host", version: string, port: number): Promise<string> {
  const script = `mkdir /www; echo ${version} > /www/index.html; exec httpd -f -p ${port} -h /www`;
  const server = shell("web", script, { memory: 64, portMappings: [{ containerPort: port }] });
  const ofMachines = { networkMode, requiresCompatibilities: ["EC2"], cpu: undefined, memory: undefined } as const;
  return register(shared.clients, family, [server], { ...ofMachines, requiresCompatibilities: ["EC2"] });
}

const onMachines = { launchType: "EC2", networkConfiguration: undefined } as const;

async function machine(): Promise<string> {
  const { ecs } = shared.clients;
  const { containerInstanceArns } = await ecs.send(new ListContainerInstancesCommand({ cluster }));
  const input = { cluster, containerInstances: containerInstanceArns! };
  return (await ecs.send(new DescribeContainerInstancesCommand(input))).containerInstances![0]!.ec2InstanceId!;
}

describe("targets that are instances", { skip: shared.skip ?? noProxy ?? false, concurrency: false }, () => {
  test("a rolling deployment in bridge mode, and the platform killed in it, lose no request", async (t) => {
    const { ecs } = shared.clients;
    const balanced = await balance("bridge", "instance");
    const { ask } = await vpcClient(t);
    const [node] = balanced.nodes;
    const loadBalancers = [{ targetGroupArn: balanced.group, containerName: "web", containerPort: 8080 }];
    await serve("bridge", await define("bridge", "bridge", "one", 8080), balanced, { ...onMachines, loadBalancers });
    assert.deepEqual(await ask(node!), { status: 200, body: "one" });
    const health = await elbClient(shared.platform)("DescribeTargetHealth", { TargetGroupArn: balanced.group });
    assert.deepEqual(textsOf(health, "Id"), Array(2).fill(await machine()));
    assert.equal(new Set(textsOf(health, "Port")).size, 2);

    const load = steadyLoad(ask, balanced.nodes);
    t.after(() => load.end());
    const second = await define("bridge", "bridge", "two", 8080);
    await ecs.send(new UpdateServiceCommand({ cluster, service: "bridge", taskDefinition: second }));
    await shared.platform.kill();
    await shared.platform.start();
    await stable("bridge");
    await until("the new version alone", async () => ((await ask(node!)).body === "two" ? true : undefined));
    const { failures, bodies } = await load.end();
    assert.deepEqual(failures, []);
    assert.ok(bodies.get("one")! > 0 && bodies.get("two")! > 0, JSON.stringify([...bodies]));
    await ecs.send(new DeleteServiceCommand({ cluster, service: "bridge", force: true }));
  });

  test("a task in host mode is reached at its port", async (t) => {
    const port = 28_434;
    const balanced = await balance("host", "instance");
    const { ask } = await vpcClient(t);
    const loadBalancers = [{ targetGroupArn: balanced.group, containerName: "web", containerPort: port }];
    const fields = { ...onMachines, loadBalancers, desiredCount: 1 };
    await serve("host", await define("host", "host", "mine", port), balanced, fields);
    assert.deepEqual(await ask(balanced.nodes[0]!), { status: 200, body: "mine" });
    await shared.clients.ecs.send(new DeleteServiceCommand({ cluster, service: "host", force: true }));
  });
});
