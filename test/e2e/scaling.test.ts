import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { CreateClusterCommand } from "@aws-sdk/client-ecs";
import { noProxy } from "../contracts/load-balancer/loopback.ts";
import { type Api, apiOf } from "../support/api.ts";
import { type Balanced, balancedServices, webPort } from "../support/balanced-services.ts";
import { elbClient } from "../support/elb-client.ts";
import { startLoad } from "../support/load.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, register, shell } from "../support/tasks.ts";
import { until } from "../support/until.ts";

/**
 * Application Auto Scaling with real containers, whose CPU the kernel counts, behind a load balancer under load from
 * outside. With ESTIVA_SCALING_GRAPH, the path of a file, it draws there what has happened: the graph in
 * docs/auto-scaling.md was made so.
 */

const periodSeconds = 10;
const env = { ESTIVA_SETTLE_SECONDS: "1", ESTIVA_METRICS_INTERVAL: String(periodSeconds) };
const shared = await sharePlatform({ env });
const { balance, clientInVpc, described, serve } = balancedServices(shared);
const service = "burner";
const target = {
  ServiceNamespace: "ecs",
  ScalableDimension: "ecs:service:DesiredCount",
  ResourceId: `service/${cluster}/${service}`,
};
const ofService = [
  { Name: "ClusterName", Value: cluster },
  { Name: "ServiceName", Value: service },
];
const graph = process.env.ESTIVA_SCALING_GRAPH;

/**
 * A web server whose every answer takes tens of milliseconds of CPU. Its page for health checks takes none: at rest it
 * uses nearly nothing, also on a busy machine.
 */
const script = `
mkdir -p /www/cgi-bin
echo well > /www/well
cat > /www/cgi-bin/index.cgi <<'END'
#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
i=0
while [ $i -lt 20000 ]; do i=$((i + 1)); done
echo done
END
chmod +x /www/cgi-bin/index.cgi
exec httpd -f -p ${webPort} -h /www`;

function connect(): Api {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = shared.platform.env;
  return apiOf({ endpoint: shared.platform.endpoint, region: "us-east-1", accessKeyId, secretAccessKey });
}

async function startService(): Promise<Balanced> {
  const settings = [{ name: "containerInsights", value: "enabled" } as const];
  await shared.clients.ecs.send(new CreateClusterCommand({ clusterName: cluster, settings }));
  const balanced = await balance(service);
  const elb = elbClient(shared.platform);
  await elb("ModifyTargetGroup", { TargetGroupArn: balanced.group, HealthCheckPath: "/well" });
  const container = shell("web", script, { portMappings: [{ containerPort: webPort }] });
  await serve(service, await register(shared.clients, service, [container]), balanced, { desiredCount: 1 });
  return balanced;
}

/** A step policy, and an alarm of one period on the service's own CPU that invokes it. */
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
    ...{ AlarmName: PolicyName, Namespace: "AWS/ECS", MetricName: "CPUUtilization", Statistic: "Average" },
    ...{ Dimensions: ofService, Period: periodSeconds, EvaluationPeriods: 1, AlarmActions: [PolicyARN], ...alarm },
  });
}

function untilRuns(count: number): Promise<unknown> {
  return until(
    `${count} tasks`,
    async () => {
      const { desiredCount, runningCount } = await described(service);
      return { desiredCount, runningCount };
    },
    ({ desiredCount, runningCount }) => desiredCount === count && runningCount === count,
    { everyMs: 500 },
  );
}

/** The latest points of the metric of running tasks have this value. */
async function untilCounted(api: Api, count: number, points: number): Promise<void> {
  const query = {
    ...{ Namespace: "ECS/ContainerInsights", MetricName: "RunningTaskCount", Statistics: ["Maximum"] },
    ...{ Dimensions: ofService, Period: periodSeconds },
  };
  await until(
    `a graph with ${points} points of ${count} tasks`,
    async (): Promise<readonly number[]> => {
      const now = Date.now() / 1000;
      const times = { StartTime: now - 600, EndTime: now };
      const { Datapoints } = await api.call("monitoring", "GetMetricStatistics", { ...query, ...times });
      const sorted = Datapoints.toSorted((a: Datapoint, b: Datapoint) => a.Timestamp - b.Timestamp);
      return sorted.map(({ Maximum }: Datapoint) => Maximum);
    },
    (values) => values.length >= points && values.slice(-points).every((value) => value === count),
    { everyMs: 1000 },
  );
}

interface Datapoint {
  readonly Timestamp: number;
  readonly Maximum: number;
}

async function causes(api: Api): Promise<readonly string[]> {
  const { ScalingActivities: activities } = await api.call("application-autoscaling", "DescribeScalingActivities", {
    ServiceNamespace: "ecs",
  });
  return activities.map(({ Description, Cause }: Record<string, string>) => `${Description} ${Cause}`).toReversed();
}

/** Requests, CPU and tasks of the test so far. */
async function draw(api: Api, path: string, { loadBalancer }: Balanced, from: number): Promise<void> {
  const seconds = Math.ceil((Date.now() - from) / 1000);
  const names = ofService.flatMap(({ Name, Value }) => [Name, Value]);
  const LoadBalancer = loadBalancer.split(":loadbalancer/")[1];
  const widget = {
    ...{ title: "A service under load: requests, CPU and tasks", width: 900, height: 400, period: periodSeconds },
    ...{ start: `-PT${seconds}S`, end: "PT0S", stat: "Average" },
    yAxis: { left: { min: 0, label: "%, requests in 10 s" }, right: { min: 0, max: 4, label: "Tasks" } },
    metrics: [
      ["AWS/ECS", "CPUUtilization", ...names, { label: "CPU utilization" }],
      ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", LoadBalancer, { label: "Requests", stat: "Sum" }],
      [
        ...["ECS/ContainerInsights", "RunningTaskCount", ...names],
        { label: "Running tasks", stat: "Maximum", yAxis: "right" },
      ],
    ],
  };
  const input = { MetricWidget: JSON.stringify(widget) };
  const { MetricWidgetImage } = await api.call("monitoring", "GetMetricWidgetImage", input);
  writeFileSync(path, Buffer.from(MetricWidgetImage, "base64"));
}

test("a service behind a load balancer grows under load, and shrinks when the load ends", {
  skip: shared.skip ?? noProxy ?? false,
}, async (t) => {
  const api = connect();
  const balanced = await startService();
  const began = Date.now();
  await api.call("application-autoscaling", "RegisterScalableTarget", { ...target, MinCapacity: 1, MaxCapacity: 3 });
  // Under load a task uses all of the quarter of a processor that it has; on a busy machine it gets less of it.
  await scaleBy(api, "grow", 1, { Threshold: 10, ComparisonOperator: "GreaterThanThreshold" });
  await scaleBy(api, "shrink", -1, { Threshold: 4, ComparisonOperator: "LessThanThreshold" });
  const load = await startLoad(await clientInVpc(), {
    ...{ hosts: balanced.nodes, workers: 6, pauseMs: 20, timeoutMs: 60_000 },
  });
  t.after(() => load.end());
  await untilRuns(3);
  // In a graph more is to be seen when it stays so for a while.
  if (graph) await untilCounted(api, 3, 4);
  const { count, failures } = await load.end();
  assert.deepEqual(failures, [], `of ${count} requests`);
  await untilRuns(1);
  if (graph) await untilCounted(api, 1, 2);
  if (graph) await draw(api, graph, balanced, began);
  const told = await causes(api);
  assert.deepEqual(told.slice(0, 2), [
    "Setting desired count to 2. monitor alarm grow in state ALARM triggered policy grow",
    "Setting desired count to 3. monitor alarm grow in state ALARM triggered policy grow",
  ]);
  assert.deepEqual(told.slice(-2), [
    "Setting desired count to 2. monitor alarm shrink in state ALARM triggered policy shrink",
    "Setting desired count to 1. monitor alarm shrink in state ALARM triggered policy shrink",
  ]);
});
