import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
} from "@aws-sdk/client-ecs";
import { type Api, apiOf } from "../support/api.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, register, shell } from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** Application Auto Scaling with real containers, whose CPU the kernel counts. */

const shared = await sharePlatform({ env: { ESTIVA_SETTLE_SECONDS: "1" } });
const serviceName = "burner";
const target = {
  ServiceNamespace: "ecs",
  ScalableDimension: "ecs:service:DesiredCount",
  ResourceId: `service/${cluster}/${serviceName}`,
};
/**
 * Uses all the CPU that it is given, until it is told to rest. Then it waits and uses none: a loop of short sleeps
 * would use three percent of a processor, twice that on a busy machine.
 */
const burn = "trap 'rests=1' USR1; trap 'exit 0' TERM; while [ ! $rests ]; do :; done; sleep 3600 & wait";

async function makeService(): Promise<void> {
  const { ecs, ec2 } = shared.clients;
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const subnets = Subnets!.map(({ SubnetId }) => SubnetId!);
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  await ecs.send(
    new CreateServiceCommand({
      ...{ cluster, serviceName, desiredCount: 1, launchType: "FARGATE" },
      taskDefinition: await register(shared.clients, serviceName, [shell("app", burn)]),
      networkConfiguration: { awsvpcConfiguration: { subnets } },
    }),
  );
}

/** The ids of the service's running containers, as the engine has them. */
async function containers(): Promise<readonly string[]> {
  const { ecs } = shared.clients;
  const { taskArns } = await ecs.send(new ListTasksCommand({ cluster, serviceName }));
  if (taskArns!.length === 0) return [];
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns! }));
  const running = tasks!.filter(({ lastStatus }) => lastStatus === "RUNNING");
  return running.flatMap(({ containers: all }) => all!.map(({ runtimeId }) => runtimeId!));
}

interface Usage {
  readonly id: string;
  /** Nanoseconds of CPU so far, and when that was read, in milliseconds. */
  readonly used: number;
  readonly at: number;
}

async function usage(): Promise<readonly Usage[]> {
  const read = async (id: string): Promise<Usage[]> => {
    const query = { stream: false, "one-shot": true };
    try {
      const { cpu_stats: cpu } = await shared.engine.call("GET", `/containers/${id}/stats`, { query });
      return [{ id, used: cpu.cpu_usage.total_usage, at: performance.now() }];
    } catch {
      // It has just been stopped: it uses nothing any more.
      return [];
    }
  };
  return (await Promise.all((await containers()).map(read))).flat();
}

/**
 * Puts the CPU that the service's containers use on average, in percent of one processor, as a metric of high
 * resolution, again and again until the service is as it should be.
 */
async function measureUntil(api: Api, what: string, count: number): Promise<void> {
  let before = await usage();
  await until(
    what,
    async () => {
      const now = await usage();
      const percents = now.flatMap(({ id, used, at }) => {
        const earlier = before.find((each) => each.id === id);
        return earlier === undefined ? [] : [(used - earlier.used) / 1e4 / (at - earlier.at)];
      });
      before = now;
      if (percents.length > 0) {
        const Value = percents.reduce((sum, each) => sum + each, 0) / percents.length;
        const MetricData = [{ MetricName: "Cpu", Value, StorageResolution: 1 }];
        await api.call("monitoring", "PutMetricData", { Namespace: "Burner", MetricData });
      }
      const { services } = await shared.clients.ecs.send(
        new DescribeServicesCommand({ cluster, services: [serviceName] }),
      );
      const { desiredCount, runningCount } = services![0]!;
      return { desiredCount, runningCount };
    },
    ({ desiredCount, runningCount }) => desiredCount === count && runningCount === count,
    { seconds: 240, everyMs: 500 },
  );
}

/** A step policy, and an alarm of ten seconds that invokes it. */
async function scaleBy(api: Api, PolicyName: string, adjustment: number, alarm: object): Promise<void> {
  const bound = adjustment > 0 ? { MetricIntervalLowerBound: 0 } : { MetricIntervalUpperBound: 0 };
  const { PolicyARN } = await api.call("application-autoscaling", "PutScalingPolicy", {
    ...{ ...target, PolicyName, PolicyType: "StepScaling" },
    StepScalingPolicyConfiguration: {
      ...{ AdjustmentType: "ChangeInCapacity", Cooldown: 0 },
      StepAdjustments: [{ ...bound, ScalingAdjustment: adjustment }],
    },
  });
  await api.call("monitoring", "PutMetricAlarm", {
    ...{ AlarmName: PolicyName, Namespace: "Burner", MetricName: "Cpu", Statistic: "Average", Period: 10 },
    ...{ EvaluationPeriods: 1, AlarmActions: [PolicyARN], ...alarm },
  });
}

test("a service that burns CPU grows, and shrinks when it rests", {
  skip: shared.skip ?? false,
  // It waits for periods of alarms, nearly four minutes of them. The runner ends what tells nothing for seven minutes.
  timeout: 390_000,
}, async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = shared.platform.env;
  const { endpoint } = shared.platform;
  const api = apiOf({ endpoint, region: "us-east-1", accessKeyId, secretAccessKey });
  await makeService();
  await api.call("application-autoscaling", "RegisterScalableTarget", { ...target, MinCapacity: 1, MaxCapacity: 3 });
  // A quarter of a processor is what one may use; on a busy machine it gets less. At rest it is nothing.
  await scaleBy(api, "grow", 1, { Threshold: 4, ComparisonOperator: "GreaterThanThreshold" });
  await scaleBy(api, "shrink", -1, { Threshold: 2, ComparisonOperator: "LessThanThreshold" });
  await measureUntil(api, "three tasks", 3);
  for (const id of await containers()) {
    await shared.engine.call("POST", `/containers/${id}/kill`, { query: { signal: "SIGUSR1" } });
  }
  await measureUntil(api, "one task", 1);
  const { ScalingActivities: activities } = await api.call("application-autoscaling", "DescribeScalingActivities", {
    ServiceNamespace: "ecs",
  });
  const told = activities
    .map(({ Description, Cause }: Record<string, string>) => `${Description} ${Cause}`)
    .toReversed();
  assert.deepEqual(told.slice(0, 2), [
    "Setting desired count to 2. monitor alarm grow in state ALARM triggered policy grow",
    "Setting desired count to 3. monitor alarm grow in state ALARM triggered policy grow",
  ]);
  assert.deepEqual(told.slice(-2), [
    "Setting desired count to 2. monitor alarm shrink in state ALARM triggered policy shrink",
    "Setting desired count to 1. monitor alarm shrink in state ALARM triggered policy shrink",
  ]);
  await shared.clients.ecs.send(new DeleteServiceCommand({ cluster, service: serviceName, force: true }));
});
