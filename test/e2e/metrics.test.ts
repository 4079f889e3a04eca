import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import { CreateClusterCommand, CreateServiceCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { apiOf } from "../support/api.ts";
import { type GroupReading, readGroup } from "../support/container-cgroup.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, register, running, shell } from "../support/tasks.ts";

/** Metrics of real containers, compared with what the kernel says of them when somebody else asks it. */

const intervalSeconds = 5;
const shared = await sharePlatform({ env: { ESTIVA_METRICS_INTERVAL: String(intervalSeconds) } });
const waitSeconds = 240;
const api = () =>
  apiOf({
    endpoint: shared.platform.endpoint,
    region: "us-east-1",
    accessKeyId: shared.platform.env.AWS_ACCESS_KEY_ID!,
    secretAccessKey: shared.platform.env.AWS_SECRET_ACCESS_KEY!,
  });

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const most = Date.now() + waitSeconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > most) throw new Error(`Waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

interface Datapoint {
  /** Seconds since the epoch. */
  readonly Timestamp: number;
  readonly Average: number;
  readonly SampleCount: number;
  readonly Unit: string;
}

/** The data points of the service `burner` by intervals, in the order of their times. */
async function datapoints(MetricName: string, period = intervalSeconds): Promise<Datapoint[]> {
  const now = Date.now() / 1000;
  const { Datapoints } = await api().call("monitoring", "GetMetricStatistics", {
    ...{ Namespace: "AWS/ECS", MetricName, Period: period, StartTime: now - 900, EndTime: now + period },
    Dimensions: [
      { Name: "ClusterName", Value: cluster },
      { Name: "ServiceName", Value: "burner" },
    ],
    Statistics: ["Average", "SampleCount"],
  });
  return (Datapoints as Datapoint[]).toSorted((a, b) => a.Timestamp - b.Timestamp);
}

/** Holds 60 MB, and uses all the CPU that it is given. */
const burn = "x=$(head -c 60000000 /dev/zero | tr '\\0' x); while :; do :; done";

async function startBurner(): Promise<number> {
  const { clients, engine } = shared;
  await clients.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
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

const within = (share: number, a: number, b: number) => Math.abs(a - b) <= share * Math.max(a, b);

test("CPU and memory of a service are what the kernel says, within 2 %", { skip: shared.skip }, async (t) => {
  const pid = await startBurner();
  const history: (GroupReading & { at: number })[] = [];
  const timer = setInterval(() => history.push({ at: Date.now() / 1000, ...readGroup(pid) }), 50);
  try {
    // The longer the time over which both are compared, the less it counts that a busy machine reads a moment late.
    const compared = await until("metrics that agree with the kernel", async () => {
      const found = (await datapoints("CPUUtilization")).filter(({ Timestamp }) => Timestamp >= history[0]!.at);
      const [first, last] = [found[0], found.at(-1)];
      if (first === undefined || last === undefined || found.length < 4) return undefined;
      const [from, to] = [first.Timestamp, last.Timestamp + intervalSeconds];
      const [before, after] = [readingAt(history, from), readingAt(history, to)];
      if (before === undefined || after === undefined) return undefined;
      const metric = found.reduce((sum, { Average }) => sum + Average, 0) / found.length;
      const kernel = ((after - before) / (to - from) / 0.25) * 100;
      return within(0.02, metric, kernel) ? { metric, kernel, points: found.length } : undefined;
    });
    t.diagnostic(`CPUUtilization: ${JSON.stringify(compared)}`);
    const memory = await until("memory that agrees with the kernel", async () => {
      const metric = (await datapoints("MemoryUtilization")).at(-1)?.Average;
      const kernel = (readGroup(pid).memoryBytes / (512 * 2 ** 20)) * 100;
      return metric !== undefined && metric > 10 && within(0.02, metric, kernel) ? { metric, kernel } : undefined;
    });
    t.diagnostic(`MemoryUtilization: ${JSON.stringify(memory)}`);
  } finally {
    clearInterval(timer);
  }
  const [point] = await datapoints("CPUUtilization");
  assert.deepEqual([point?.Unit, point?.SampleCount], ["Percent", 1], "one value for each task and interval");
});
