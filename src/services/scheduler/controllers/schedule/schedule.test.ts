import assert from "node:assert/strict";
import { test } from "node:test";
import type { CreateScheduleInput } from "#generated/scheduler/types.ts";
import { type EventsWorld, eventsWorld, ruleToLogs } from "../../../../../test/support/events.ts";
import { scheduleKey } from "../../model.ts";

const account = "000000000000";
const world0 = { account, region: "us-east-1" };
const RoleArn = `arn:aws:iam::${account}:role/r`;
const ecs = {
  Arn: `arn:aws:ecs:us-east-1:${account}:cluster/c`,
  RoleArn,
  EcsParameters: { TaskDefinitionArn: "task:1" },
};
const minute = 60_000;
const iso = (time: number) => new Date(time).toISOString().slice(0, 16);

interface Fired {
  readonly world: EventsWorld;
  /** The times at which the target was invoked. */
  readonly times: number[];
  pass(minutes: number, step?: number): Promise<void>;
}

async function scheduled(input: Partial<CreateScheduleInput>): Promise<Fired> {
  const world = await eventsWorld();
  const times: number[] = [];
  world.answerCall = () => {
    times.push(world.clock.now());
    return { tasks: [{}] };
  };
  await world.scheduler("CreateSchedule", {
    ...{ Name: "s", ScheduleExpression: "rate(5 minutes)", FlexibleTimeWindow: { Mode: "OFF" }, Target: ecs },
    ...input,
  });
  await world.settle();
  const pass = async (minutes: number, step = 1) => {
    for (let i = 0; i < minutes; i += step) {
      await world.clock.advance(step * minute);
      await world.settle();
    }
  };
  return { world, times, pass };
}

const exists = async ({ world }: Fired) =>
  (await world.store.get(scheduleKey(world0, "default", "s"))).value !== undefined;

test("a rate begins at once, and with a start date then", async () => {
  const now = await scheduled({ ScheduleExpression: "rate(2 minutes)" });
  const since = now.world.clock.now();
  await now.pass(5);
  assert.deepEqual(
    now.times.map((time) => (time - since) / minute),
    [0, 2, 4],
  );
  const later = await scheduled({ ScheduleExpression: "rate(2 minutes)", StartDate: since + 3 * minute });
  await later.pass(8);
  assert.deepEqual(
    later.times.map((time) => (time - since) / minute),
    [3, 5, 7],
  );
});

test("cron in a time zone, over the change of clocks", async () => {
  // 2026 begins with the test. Europe/Berlin puts its clocks forward on 29 March.
  const fired = await scheduled({
    ScheduleExpression: "cron(0 9 * * ? *)",
    ScheduleExpressionTimezone: "Europe/Berlin",
  });
  await fired.pass(89 * 24 * 60, 60);
  assert.deepEqual(fired.times.slice(-4).map(iso), [
    ...["2026-03-27T08:00", "2026-03-28T08:00", "2026-03-29T07:00", "2026-03-30T07:00"],
  ]);
});

test("what happens once happens once, and is deleted afterwards if that was asked for", async () => {
  const at = { ScheduleExpression: "at(2026-01-01T01:00:00)", ScheduleExpressionTimezone: "Europe/Lisbon" };
  const stays = await scheduled(at);
  await stays.pass(120, 10);
  assert.deepEqual([stays.times.map(iso), await exists(stays)], [["2026-01-01T01:00"], true]);
  const goes = await scheduled({ ...at, ActionAfterCompletion: "DELETE" });
  await goes.pass(120, 10);
  assert.deepEqual([goes.times.length, await exists(goes)], [1, false]);
});

test("a time that has passed already never comes, and its schedule stays to be seen", async () => {
  const past = await scheduled({ ScheduleExpression: "at(2020-01-01T01:00:00)", ActionAfterCompletion: "DELETE" });
  await past.pass(60, 10);
  assert.deepEqual([past.times, await exists(past)], [[], true]);
});

test("an end date ends it, and the last time deletes it", async () => {
  const probe = await eventsWorld();
  const EndDate = probe.clock.now() + 5 * minute;
  const fired = await scheduled({ ScheduleExpression: "rate(2 minutes)", EndDate, ActionAfterCompletion: "DELETE" });
  await fired.pass(10);
  assert.deepEqual([fired.times.length, await exists(fired)], [3, false]);
});

test("a disabled schedule rests; enabled again it begins anew", async () => {
  const fired = await scheduled({ ScheduleExpression: "rate(3 minutes)" });
  const since = fired.world.clock.now();
  const again = (State: "ENABLED" | "DISABLED") =>
    fired.world.scheduler("UpdateSchedule", {
      ...{ Name: "s", ScheduleExpression: "rate(3 minutes)", FlexibleTimeWindow: { Mode: "OFF" }, Target: ecs, State },
    });
  await fired.pass(1);
  await again("DISABLED");
  await fired.pass(10);
  await again("ENABLED");
  await fired.pass(4);
  assert.deepEqual(
    fired.times.map((time) => (time - since) / minute),
    [0, 11, 14],
  );
});

test("an update that leaves the times alone does not repeat one", async () => {
  const fired = await scheduled({ ScheduleExpression: "rate(3 minutes)" });
  await fired.pass(1);
  const Target = { ...ecs, Input: "{}" };
  const same = {
    Name: "s",
    ScheduleExpression: "rate(3 minutes)",
    FlexibleTimeWindow: { Mode: "OFF" as const },
    Target,
  };
  await fired.world.scheduler("UpdateSchedule", same);
  await fired.pass(1);
  assert.equal(fired.times.length, 1);
});

test("a flexible window delays each time by no more than it says", async () => {
  const FlexibleTimeWindow = { Mode: "FLEXIBLE" as const, MaximumWindowInMinutes: 10 };
  const fired = await scheduled({ ScheduleExpression: "cron(0 * * * ? *)", FlexibleTimeWindow });
  await fired.pass(600);
  const delays = fired.times.map((time) => (time / minute) % 60);
  assert.ok(delays.length >= 9 && delays.every((delay) => delay <= 11), String(delays));
  assert.ok(new Set(delays).size > 3, String(delays));
});

test("over a long outage a schedule catches up once, and each invocation has one token", async () => {
  const fired = await scheduled({ ScheduleExpression: "rate(1 minute)" });
  await fired.pass(2);
  await fired.world.stop();
  await fired.world.clock.advance(30 * minute);
  await fired.world.settle();
  await fired.pass(1);
  assert.equal(fired.times.length, 3 + 1 + 1);
  const tokens = fired.world.ran.map(({ call }) => call.token);
  assert.equal(new Set(tokens).size, tokens.length);
});

test("the target is invoked as the schedule's role, with its name and the context attributes", async () => {
  const input = {
    containerOverrides: [{ name: "<aws.scheduler.scheduled-time>", command: ["<aws.scheduler.attempt-number>"] }],
  };
  const fired = await scheduled({ Target: { ...ecs, Input: JSON.stringify(input) } });
  const [{ role, call } = fired.world.ran[0]!] = fired.world.ran;
  assert.deepEqual(
    [role.principal, role.sourceArn],
    ["scheduler.amazonaws.com", `arn:aws:scheduler:us-east-1:${account}:schedule-group/default`],
  );
  const { startedBy, overrides } = call.input as { startedBy: string; overrides: object };
  assert.equal(startedBy, "chronos-schedule/s");
  assert.deepEqual(overrides, {
    containerOverrides: [{ name: `${iso(fired.times[0]!)}:00Z`, command: ["1"] }],
  });
});

test("an event bus gets an event with the input as its detail", async () => {
  const world = await eventsWorld();
  const group = await ruleToLogs(world, { pattern: { source: ["nightly"] } });
  const Target = {
    ...{ Arn: `arn:aws:events:us-east-1:${account}:event-bus/default`, RoleArn, Input: '{"n": 1}' },
    EventBridgeParameters: { Source: "nightly", DetailType: "Job" },
  };
  await world.scheduler("CreateSchedule", {
    ...{ Name: "s", ScheduleExpression: "rate(1 day)", FlexibleTimeWindow: { Mode: "OFF" }, Target },
  });
  await world.settle();
  const [event] = (await world.messages(group)).map((text) => JSON.parse(text));
  const arn = `arn:aws:scheduler:us-east-1:${account}:schedule/default/s`;
  assert.deepEqual([event["detail-type"], event.detail, event.resources], ["Job", { n: 1 }, [arn]]);
});

test("a universal target runs any operation that there is", async () => {
  const Input = JSON.stringify({ Cluster: "c", TaskDefinition: "t" });
  const fired = await scheduled({ Target: { Arn: "arn:aws:scheduler:::aws-sdk:ecs:runTask", RoleArn, Input } });
  const [{ call } = fired.world.ran[0]!] = fired.world.ran;
  assert.deepEqual([call.service, call.operation, call.input], ["ecs", "RunTask", JSON.parse(Input)]);
});

test("a clock that was ahead and is set back stops no rate", async () => {
  const rate = await scheduled({ ScheduleExpression: "rate(2 minutes)" });
  const { store, clock } = rate.world;
  const since = clock.now();
  const key = scheduleKey(world0, "default", "s");
  const schedule = await store.get(key);
  const value = { ...schedule.value!, firedAt: since + 24 * 60 * minute };
  await store.commit({ unchanged: [schedule], put: [{ key, value }] });
  await rate.pass(5);
  assert.deepEqual(
    rate.times.map((time) => (time - since) / minute),
    [0, 2, 4],
  );
});
