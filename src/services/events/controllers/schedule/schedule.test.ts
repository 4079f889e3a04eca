import assert from "node:assert/strict";
import { test } from "node:test";
import { type EventsWorld, eventsWorld, makeLogGroup } from "../../../../../test/support/events.ts";
import { ruleKey } from "../../model.ts";

const group = "/aws/events/schedule";
const minute = 60_000;

async function scheduled(expression: string): Promise<EventsWorld> {
  const world = await eventsWorld();
  // Half past a minute: what counts from the minute, and what from now, are told apart.
  await world.clock.advance(30_000 - (world.clock.now() % minute));
  const Arn = await makeLogGroup(world, group);
  await world.events("PutRule", { Name: "r", ScheduleExpression: expression });
  await world.events("PutTargets", { Rule: "r", Targets: [{ Id: "t", Arn }] });
  await world.settle();
  return world;
}

/** The times in the events so far, in minutes after the start of the test's first minute. */
async function times(world: EventsWorld, since: number): Promise<number[]> {
  const messages = await world.messages(group);
  return messages.map((text) => (Date.parse(JSON.parse(text).time) - since) / minute);
}

async function pass(world: EventsWorld, minutes: number): Promise<void> {
  for (let i = 0; i < minutes; i++) {
    await world.clock.advance(minute);
    await world.settle();
  }
}

test("a rate fires first after its period, then again and again", async () => {
  const world = await scheduled("rate(2 minutes)");
  const since = world.clock.now();
  await pass(world, 7);
  assert.deepEqual(await times(world, since), [2, 4, 6]);
  const [message] = await world.messages(group);
  const event = JSON.parse(message!);
  assert.deepEqual(
    [event.source, event["detail-type"], event.resources, event.detail],
    ["aws.events", "Scheduled Event", ["arn:aws:events:us-east-1:000000000000:rule/r"], {}],
  );
});

test("cron fires at its times", async () => {
  const world = await scheduled("cron(0/3 * * * ? *)");
  const since = world.clock.now() - 30_000;
  await pass(world, 8);
  const fired = await times(world, since);
  assert.ok(fired.length >= 2);
  assert.deepEqual(
    fired.filter((time) => new Date(since + time * minute).getUTCMinutes() % 3 !== 0),
    [],
  );
});

test("what was missed while the platform was down is made up for once", async () => {
  const world = await scheduled("rate(1 minute)");
  const since = world.clock.now();
  await pass(world, 2);
  await world.stop();
  await world.clock.advance(10 * minute + 1000);
  await world.settle();
  assert.deepEqual(await times(world, since), [1, 2, 12]);
  await pass(world, 2);
  assert.deepEqual(await times(world, since), [1, 2, 12, 13, 14]);
});

test("a rule that is disabled fires no more, and counts anew when it is enabled", async () => {
  const world = await scheduled("rate(2 minutes)");
  const since = world.clock.now();
  await pass(world, 3);
  await world.events("DisableRule", { Name: "r" });
  await pass(world, 6);
  await world.events("EnableRule", { Name: "r" });
  await pass(world, 3);
  assert.deepEqual(await times(world, since), [2, 11]);
});

test("putting the rule again changes nothing of its times; another expression does", async () => {
  const world = await scheduled("rate(3 minutes)");
  const since = world.clock.now();
  await pass(world, 2);
  await world.events("PutRule", { Name: "r", ScheduleExpression: "rate(3 minutes)", Description: "d" });
  await pass(world, 2);
  assert.deepEqual(await times(world, since), [3]);
  await world.events("PutRule", { Name: "r", ScheduleExpression: "rate(5 minutes)" });
  await pass(world, 5);
  assert.deepEqual(await times(world, since), [3, 9]);
});

test("an expression whose times are over waits for nothing", async () => {
  const world = await scheduled("cron(0 0 1 1 ? 2020)");
  const key = ruleKey({ account: "000000000000", region: "us-east-1" }, "default", "r");
  await pass(world, 1);
  assert.equal((await world.store.get(key)).value?.timing?.firedAt, undefined);
  assert.equal(world.clock.nextAt(), undefined);
});

test("a clock that was ahead and is set back stops no rate", async () => {
  const world = await scheduled("rate(1 minute)");
  const since = world.clock.now();
  const key = ruleKey({ account: "000000000000", region: "us-east-1" }, "default", "r");
  const rule = await world.store.get(key);
  const value = { ...rule.value!, timing: { since, firedAt: since + 24 * 60 * minute } };
  await world.store.commit({ unchanged: [rule], put: [{ key, value }] });
  await pass(world, 3);
  assert.deepEqual(await times(world, since), [1, 2, 3]);
});
