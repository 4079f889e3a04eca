import assert from "node:assert/strict";
import { test } from "node:test";
import type { AlarmState } from "../../services/alarms.ts";
import { planService } from "./plan.ts";
import { many, now, percent, testDeployment, testHistory, testView } from "./testing.ts";

const deployments = [testDeployment("new"), testDeployment("old", { status: "ACTIVE", rolloutState: "COMPLETED" })];

function watched(
  states: Readonly<Record<string, AlarmState>>,
  options: {
    rollback?: boolean;
    enable?: boolean;
    history?: Parameters<typeof testHistory>[2];
    completed?: false;
  } = {},
) {
  const { rollback = true, enable = true, history = {} } = options;
  const alarms = { alarmNames: ["errors", "latency"], rollback, enable };
  const deploymentConfiguration = { ...percent(100, 200).deploymentConfiguration, bakeTimeInMinutes: 5, alarms };
  const record = testHistory("d-new", deploymentConfiguration, history);
  const service = {
    deploymentConfiguration,
    deployments: options.completed === false ? deployments.slice(0, 1) : deployments,
    ...(options.completed !== false && { completedRevisionId: "r-old" }),
  };
  const serviceDeployments = new Map([["d-new", record]]);
  const tasks = many(2, { deployment: "new" });
  return planService(testView(service, tasks, { serviceDeployments, alarmState: (name) => states[name] }));
}

const quiet: readonly [string, Parameters<typeof watched>][] = [
  ["alarms that are OK", [{ errors: "OK", latency: "OK" }]],
  ["alarms without data, or that do not exist", [{ errors: "INSUFFICIENT_DATA" }]],
  ["alarms that are not enabled", [{ errors: "ALARM" }, { enable: false }]],
  ["a deployment that began with one in ALARM", [{ errors: "ALARM" }, { history: { alarmsIgnored: true } }]],
];
for (const [name, given] of quiet) {
  test(`a deployment goes on with ${name}`, () => {
    const { service, events } = watched(...given);
    assert.equal(service.deployments[0]!.id, "new");
    assert.doesNotMatch(events.join(), /alarm/);
  });
}

test("an alarm rolls the deployment back", () => {
  const { service, serviceDeployments, events } = watched({ latency: "ALARM" });
  const [primary, failed] = service.deployments;
  assert.deepEqual([primary!.id, primary!.status], ["old", "PRIMARY"]);
  assert.equal(failed!.rolloutStateReason, "ECS deployment failed: alarm detected.");
  const [history] = serviceDeployments;
  assert.equal(history!.status, "ROLLBACK_IN_PROGRESS");
  assert.deepEqual(history!.triggeredAlarmNames, ["latency"]);
  assert.equal(history!.rollback!.reason, "Service deployment rolled back because of one or more active alarms.");
  assert.ok(events.includes("(service app) (deployment new) deployment failed: alarm detected."));
});

test("during the bake time too", () => {
  const bake = { lifecycleStage: "BAKE_TIME", stageSince: now - 60_000 } as const;
  const { serviceDeployments } = watched({ errors: "ALARM" }, { history: bake });
  assert.equal(serviceDeployments[0]!.status, "ROLLBACK_IN_PROGRESS");
});

test("or fails it, where it is not to be rolled back or there is nothing to go back to", () => {
  for (const [options, status] of [
    [{ rollback: false }, "STOPPED"],
    [{ completed: false }, "ROLLBACK_FAILED"],
  ] as const) {
    const { service, serviceDeployments } = watched({ errors: "ALARM" }, options);
    assert.deepEqual([service.deployments[0]!.id, service.deployments[0]!.rolloutState], ["new", "FAILED"]);
    assert.equal(serviceDeployments[0]!.status, status);
    assert.deepEqual(serviceDeployments[0]!.triggeredAlarmNames, ["errors"]);
  }
});

test("alarms that are in ALARM already when a deployment begins do not concern it", () => {
  const begun = watched({ errors: "ALARM" }, { history: { status: "PENDING" } });
  assert.deepEqual(
    begun.serviceDeployments.map(({ status, alarmsIgnored }) => [status, alarmsIgnored]),
    [["IN_PROGRESS", true]],
  );
  const calm = watched({ errors: "OK" }, { history: { status: "PENDING" } });
  assert.equal(calm.serviceDeployments[0]!.alarmsIgnored, undefined);
});
