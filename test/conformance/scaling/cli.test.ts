import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { whyNoAwsCli } from "../../support/aws-cli.ts";
import type { IdentityPlatform } from "../iam/world.ts";
import { scalingPlatform } from "./world.ts";

const run = promisify(execFile);
const target = [
  ...["--service-namespace", "ecs", "--scalable-dimension", "ecs:service:DesiredCount"],
  ...["--resource-id", "service/default/web"],
];

/** What users do with the AWS CLI, and what they see. */
describe("the AWS CLI and Application Auto Scaling", { skip: whyNoAwsCli() ?? false }, () => {
  let platform: IdentityPlatform;
  const aws = async (words: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const { stdout } = await run("aws", [...words], { env: { ...platform.env, ...env } });
    return stdout.trim() === "" ? {} : JSON.parse(stdout);
  };
  const scaling = (operation: string, ...words: readonly string[]) =>
    aws(["application-autoscaling", operation, ...words]);

  before(async () => {
    platform = await scalingPlatform();
    const { Subnets } = await aws(["ec2", "describe-subnets"]);
    await aws(["ecs", "create-cluster"]);
    const definition = JSON.stringify([{ name: "web", image: "web:1" }]);
    const family = ["--family", "web", "--requires-compatibilities", "FARGATE", "--network-mode", "awsvpc"];
    const size = ["--cpu", "256", "--memory", "512", "--container-definitions", definition];
    await aws(["ecs", "register-task-definition", ...family, ...size]);
    const network = `awsvpcConfiguration={subnets=[${Subnets[0].SubnetId}]}`;
    const service = ["--service-name", "web", "--task-definition", "web", "--desired-count", "1"];
    const place = ["--launch-type", "FARGATE", "--network-configuration", network];
    await aws(["ecs", "create-service", ...service, ...place]);
  });
  after(() => platform.close());

  it("registers a service, tracks a target and looks at what was made", async () => {
    await scaling("register-scalable-target", ...target, "--min-capacity", "2", "--max-capacity", "4");
    const { ScalableTargets } = await scaling("describe-scalable-targets", "--service-namespace", "ecs");
    assert.deepEqual([ScalableTargets[0].MinCapacity, ScalableTargets[0].MaxCapacity], [2, 4]);
    const metric = { PredefinedMetricType: "ECSServiceAverageCPUUtilization" };
    const configuration = JSON.stringify({ TargetValue: 75, PredefinedMetricSpecification: metric });
    const policy = ["--policy-name", "cpu75", "--policy-type", "TargetTrackingScaling"];
    const given = ["--target-tracking-scaling-policy-configuration", configuration];
    const { Alarms } = await scaling("put-scaling-policy", ...target, ...policy, ...given);
    const { ScalingPolicies } = await scaling("describe-scaling-policies", "--service-namespace", "ecs");
    assert.deepEqual(ScalingPolicies[0].Alarms, Alarms);
    const names = ["--alarm-names", ...Alarms.map((alarm: { AlarmName: string }) => alarm.AlarmName)];
    const { MetricAlarms } = await aws(["cloudwatch", "describe-alarms", ...names]);
    assert.deepEqual(
      MetricAlarms.map((alarm: { Threshold: number }) => alarm.Threshold),
      [75, 67.5],
    );
  });

  it("shows the activity that brought the service between its bounds", async () => {
    const { ScalingActivities } = await scaling(
      "describe-scaling-activities",
      ...target.slice(0, 2),
      ...target.slice(4),
    );
    const [activity] = ScalingActivities;
    assert.deepEqual(
      [activity.Description, activity.Cause],
      ["Setting desired count to 2.", "minimum capacity was set to 2"],
    );
    const { services } = await aws(["ecs", "describe-services", "--services", "web"]);
    assert.equal(services[0].desiredCount, 2);
  });

  it("schedules, tags and suspends", async () => {
    const bounds = ["--scalable-target-action", "MinCapacity=3,MaxCapacity=5"];
    const when = ["--schedule", "cron(0 8 * * ? *)", "--timezone", "Europe/Lisbon"];
    await scaling("put-scheduled-action", ...target, "--scheduled-action-name", "morning", ...when, ...bounds);
    const { ScheduledActions } = await scaling("describe-scheduled-actions", "--service-namespace", "ecs");
    assert.deepEqual(ScheduledActions[0].ScalableTargetAction, { MinCapacity: 3, MaxCapacity: 5 });
    const suspended = ["--suspended-state", "DynamicScalingInSuspended=true"];
    const { ScalableTargetARN } = await scaling("register-scalable-target", ...target, ...suspended);
    await scaling("tag-resource", "--resource-arn", ScalableTargetARN, "--tags", "team=web");
    const { Tags } = await scaling("list-tags-for-resource", "--resource-arn", ScalableTargetARN);
    assert.deepEqual(Tags, { team: "web" });
  });

  it("is told what is wrong, and refused what IAM does not allow", async () => {
    await assert.rejects(
      scaling("register-scalable-target", ...target.slice(0, 4), "--resource-id", "service/default/none"),
      /\(ValidationException\) .*: ECS service doesn't exist: service\/default\/none/,
    );
    await aws(["iam", "create-user", "--user-name", "ada"]);
    const { AccessKey } = await aws(["iam", "create-access-key", "--user-name", "ada"]);
    const ada = { AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey };
    const register = () => aws(["application-autoscaling", "register-scalable-target", ...target], ada);
    await assert.rejects(register(), /\(AccessDeniedException\).*application-autoscaling:RegisterScalableTarget/);
    const Condition = { StringEquals: { "application-autoscaling:service-namespace": "ecs" } };
    const Action = "application-autoscaling:RegisterScalableTarget";
    const Statement = [{ Effect: "Allow", Action, Resource: "*", Condition }];
    const policy = JSON.stringify({ Version: "2012-10-17", Statement });
    const put = ["--user-name", "ada", "--policy-name", "p", "--policy-document", policy];
    await aws(["iam", "put-user-policy", ...put]);
    await register();
  });

  it("deregisters, and nothing is left", async () => {
    await scaling("deregister-scalable-target", ...target);
    const { MetricAlarms } = await aws(["cloudwatch", "describe-alarms"]);
    assert.deepEqual(MetricAlarms, []);
    await assert.rejects(
      scaling("deregister-scalable-target", ...target),
      /\(ObjectNotFoundException\) .*: No scalable target registered for service namespace: ecs, resource ID: service/,
    );
  });
});
