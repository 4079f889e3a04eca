import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import { CreateClusterCommand, CreateServiceCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { textsOf } from "#cli/client.ts";
import { noProxy } from "../contracts/load-balancer/loopback.ts";
import { balancedServices, webServer } from "../support/balanced-services.ts";
import { type GroupReading, readGroup } from "../support/container-cgroup.ts";
import { elbClient } from "../support/elb-client.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { statisticsOf } from "../support/statistics.ts";
import { cluster, register, running, runToEnd, shell } from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** Metrics of real containers and load balancers, compared with what the kernel and the clients say. */

const intervalSeconds = 5;
const shared = await sharePlatform({ env: { ESTIVA_METRICS_INTERVAL: String(intervalSeconds) } });
const statistics = statisticsOf(() => shared.platform, intervalSeconds);

const datapoints = (name: string) => statistics("AWS/ECS", name, { ClusterName: cluster, ServiceName: "burner" });

/** Holds 60 MB, and uses all the CPU that it is given. */
const burn = "x=$(head -c 60000000 /dev/zero | tr '\\0' x); while :; do :; done";

async function startBurner(): Promise<number> {
  const { clients, engine } = shared;
  const settings = [{ name: "containerInsights", value: "enhanced" } as const];
  await clients.ecs.send(new CreateClusterCommand({ clusterName: cluster, settings }));
  const { Subnets } = await clients.ec2.send(new DescribeSubnetsCommand({}));
  const awsvpcConfiguration = { subnets: Subnets!.map(({ SubnetId }) => SubnetId!) };
  const service = { cluster, serviceName: "burner", launchType: "FARGATE", desiredCount: 1 } as const;
  const taskDefinition = await register(clients, "burner", [shell("app", burn)]);
  await clients.ecs.send(
    new CreateServiceCommand({ ...service, taskDefinition, networkConfiguration: { awsvpcConfiguration } }),
  );
  const taskArn = await until("a task", async () => {
    const { taskArns } = await clients.ecs.send(new ListTasksCommand({ cluster, serviceName: "burner" }));
    return taskArns![0];
  });
  const task = await running(clients, taskArn);
  const { State } = await engine.call("GET", `/containers/${task.containers![0]!.runtimeId}/json`);
  return State.Pid;
}

/** What was read at a time, between two readings by their distances from it. */
function readingAt(history: readonly (GroupReading & { at: number })[], at: number): number | undefined {
  const after = history.findIndex((each) => each.at >= at);
  if (after < 1) return undefined;
  const [one, other] = [history[after - 1]!, history[after]!];
  return one.cpuSeconds + ((other.cpuSeconds - one.cpuSeconds) * (at - one.at)) / (other.at - one.at);
}

const isNear = (share: number, a: number, b: number) => Math.abs(a - b) <= share * Math.max(a, b);

test("CPU and memory of a service are what the kernel says, within 2 %", { skip: shared.skip }, async (t) => {
  const pid = await startBurner();
  const history: (GroupReading & { at: number })[] = [];
  const timer = setInterval(() => history.push({ at: Date.now() / 1000, ...readGroup(pid) }), 50);
  try {
    // The longer the time over which both are compared, the less it counts that a busy machine reads a moment late.
    const compared = await until("metrics that agree with the kernel", async () => {
      const found = (await datapoints("CPUUtilization")).filter(({ Timestamp }) => Timestamp >= history[0]!.at);
      // Of an interval in which the machine stood still there may be no value.
      const used = found.map(({ Timestamp }) => {
        const [before, after] = [readingAt(history, Timestamp), readingAt(history, Timestamp + intervalSeconds)];
        return before === undefined || after === undefined ? Number.NaN : after - before;
      });
      const metric = found.reduce((sum, { Average }) => sum + Average, 0) / found.length;
      const seconds = found.length * intervalSeconds;
      const kernel = (used.reduce((sum, each) => sum + each, 0) / seconds / 0.25) * 100;
      return found.length >= 4 && isNear(0.02, metric, kernel) ? { metric, kernel, points: found.length } : undefined;
    });
    t.diagnostic(`CPUUtilization: ${JSON.stringify(compared)}`);
    const memory = await until("memory that agrees with the kernel", async () => {
      const metric = (await datapoints("MemoryUtilization")).at(-1)?.Average;
      const kernel = (readGroup(pid).memoryBytes / (512 * 2 ** 20)) * 100;
      return metric !== undefined && metric > 10 && isNear(0.02, metric, kernel) ? { metric, kernel } : undefined;
    });
    t.diagnostic(`MemoryUtilization: ${JSON.stringify(memory)}`);
  } finally {
    clearInterval(timer);
  }
  const service = { ClusterName: cluster, ServiceName: "burner" };
  const insights = (name: string) => statistics("ECS/ContainerInsights", name, service);
  for (const [name, average] of Object.entries({ CpuReserved: 256, MemoryReserved: 512, RunningTaskCount: 1 })) {
    const found = await until(name, async () => (await insights(name)).at(-1));
    assert.equal(found.Average, average, name);
  }
  assert.ok((await insights("NetworkTxBytes")).length > 0, "the network of the task is counted");
  const [point] = await datapoints("CPUUtilization");
  assert.deepEqual([point?.Unit, point?.SampleCount], ["Percent", 1], "one value for each task and interval");
});

/** An application load balancer before two tasks that answer 200 to `/` and 404 to all else. */
async function startBalanced() {
  const { balance, serve } = balancedServices(shared);
  const balanced = await balance("counted");
  await serve("web", await register(shared.clients, "web", [webServer("hello")]), balanced);
  await until("healthy targets", async () => {
    const health = await elbClient(shared.platform)("DescribeTargetHealth", { TargetGroupArn: balanced.group });
    return textsOf(health, "State").filter((state) => state === "healthy").length === 2 ? health : undefined;
  });
  return {
    nodes: balanced.nodes,
    LoadBalancer: balanced.loadBalancer.split(":loadbalancer/")[1]!,
    TargetGroup: balanced.group.split(":").at(-1)!,
  };
}

/** Asks each node so often for a page that is there, and half as often for one that is not; gives what came of it. */
async function load(hosts: readonly string[], count: number): Promise<{ good: number; bad: number }> {
  const script = [
    "good=0; bad=0",
    "ask() { if wget -q -O /dev/null http://$1 2>/dev/null; then good=$((good + 1)); else bad=$((bad + 1)); fi; }",
    `for i in $(seq ${count}); do for host in ${hosts.join(" ")}; do ask $host/; done; done`,
    `for i in $(seq ${count / 2}); do for host in ${hosts.join(" ")}; do ask $host/none; done; done`,
    'echo "{\\"good\\":$good,\\"bad\\":$bad}"',
  ].join("\n");
  const { lines } = await runToEnd(shared.clients, await register(shared.clients, "load", [shell("app", script)]));
  return JSON.parse(lines.at(-1)!);
}

test("the requests of a load balancer are counted to the number", {
  skip: shared.skip ?? noProxy ?? false,
}, async () => {
  const { nodes, LoadBalancer, TargetGroup } = await startBalanced();
  assert.equal(nodes.length, 2);
  assert.deepEqual(await load(nodes, 100), { good: 200, bad: 100 });
  const sum = async (name: string, dimensions: Readonly<Record<string, string>>) => {
    const found = await statistics("AWS/ApplicationELB", name, dimensions);
    return found.reduce((all, { Sum }) => all + Sum, 0);
  };
  await until("all requests", async () => ((await sum("RequestCount", { LoadBalancer })) >= 300 ? true : undefined));
  const metrics = {
    RequestCount: await sum("RequestCount", { LoadBalancer }),
    ofGroup: await sum("RequestCount", { LoadBalancer, TargetGroup }),
    perTarget: await sum("RequestCountPerTarget", { TargetGroup }),
    good: await sum("HTTPCode_Target_2XX_Count", { LoadBalancer, TargetGroup }),
    bad: await sum("HTTPCode_Target_4XX_Count", { LoadBalancer, TargetGroup }),
    own: await sum("HTTPCode_ELB_4XX_Count", { LoadBalancer }),
  };
  assert.deepEqual(metrics, { RequestCount: 300, ofGroup: 300, perTarget: 150, good: 200, bad: 100, own: 0 });
  await until(
    "two healthy targets",
    () => statistics("AWS/ApplicationELB", "HealthyHostCount", { LoadBalancer, TargetGroup }),
    (healthy) => healthy.at(-1)?.Average === 2,
  );
});
