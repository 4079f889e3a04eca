import assert from "node:assert/strict";
import { test } from "node:test";
import { type AlarmRecord, alarmKey } from "#services/cloudwatch/model.ts";
import { deploying } from "../../../../test/support/ecs-deployments.ts";
import { at, describe1, tasksTo } from "../../../../test/support/ecs-services.ts";

const alarms = { alarmNames: ["errors", "none of this name"], enable: true, rollback: true };

/** A deployment that an alarm watches, and the alarm's state as CloudWatch would write it. */
async function watched(first: AlarmRecord["stateValue"]) {
  const deployment = await deploying({ alarms });
  const { account, region } = at;
  const set = (stateValue: AlarmRecord["stateValue"]) => {
    const value = { account, region, configuration: { AlarmName: "errors" }, stateValue } as unknown as AlarmRecord;
    return deployment.world.store.as("api").commit({ put: [{ key: alarmKey(at, "errors"), value }] });
  };
  await set(first);
  await deployment.settle();
  return { ...deployment, set };
}

test("an alarm that goes off rolls the deployment back", async () => {
  const { settle, history, set, world } = await watched("OK");
  await tasksTo(world, "RUNNING");
  assert.deepEqual((await history()).alarms, {
    status: "MONITORING",
    alarmNames: alarms.alarmNames,
    triggeredAlarmNames: [],
  });
  await set("ALARM");
  assert.equal((await settle()).at(-1), "ROLLBACK_IN_PROGRESS");
  await tasksTo(world, "STOPPED");
  await settle();
  const { status, rollback, alarms: told } = await history();
  assert.deepEqual(
    [status, rollback!.reason],
    ["ROLLBACK_SUCCESSFUL", "Service deployment rolled back because of one or more active alarms."],
  );
  assert.deepEqual([told!.status, told!.triggeredAlarmNames], ["TRIGGERED", ["errors"]]);
  const { taskDefinition, events } = await describe1(world);
  assert.match(taskDefinition!, /hello:1$/);
  assert.ok(events!.some(({ message }) => message!.endsWith("deployment failed: alarm detected.")));
});

test("one that is in ALARM when the deployment begins does not concern it", async () => {
  const { settle, history, work, world } = await watched("ALARM");
  assert.equal((await history()).alarms!.status, "DISABLED");
  await work();
  await settle();
  await tasksTo(world, "STOPPED");
  assert.equal((await settle()).at(-1), "SUCCESSFUL");
});
