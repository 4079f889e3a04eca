import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "#kernel/fault.ts";
import { type EventsWorld, eventsWorld } from "../../../../test/support/events.ts";

/** AWS/Events and AWS/Scheduler, as the user guides document them. */

const account = "000000000000";
const ecs = {
  Arn: `arn:aws:ecs:us-east-1:${account}:cluster/c`,
  RoleArn: `arn:aws:iam::${account}:role/r`,
  EcsParameters: { TaskDefinitionArn: "task:1" },
};
const throttled = new Fault("ThrottlingException", "Rate exceeded");
const unavailable = new Fault("ServerException", "Try again.", { status: 500 });
const impossible = new Fault("ClientException", "TaskDefinition not found.");

/** Has a target answer so, one attempt after the other. */
function answer(world: EventsWorld, ...answers: (Fault | undefined)[]): void {
  world.answerCall = () => {
    const fault = answers.shift();
    if (fault !== undefined) throw fault;
    return { tasks: [{}] };
  };
}

async function sendEvents(world: EventsWorld, EventBusName: string, count: number): Promise<void> {
  const entry = { Source: "app", DetailType: "T", Detail: "{}", EventBusName };
  for (let i = 0; i < count; i++) {
    await world.events("PutEvents", { Entries: [entry] });
    for (let tries = 0; tries < 5; tries++) {
      await world.settle();
      await world.clock.advance(60_000);
    }
  }
}

async function rule(world: EventsWorld, EventBusName: string): Promise<void> {
  await world.events("PutRule", { Name: "r", EventBusName, EventPattern: '{"source": ["app"]}' });
  await world.events("PutTargets", { Rule: "r", EventBusName, Targets: [{ Id: "t", ...ecs }] });
}

function counted({ counted: all }: EventsWorld, namespace: string): Record<string, number> {
  const own = [...all].filter(([name]) => name.startsWith(`${namespace} `));
  return Object.fromEntries(own.map(([name, count]) => [name.slice(namespace.length + 1), count]));
}

test("invocations of a rule of the default bus: attempts, retries, and how they ended", async () => {
  const world = await eventsWorld();
  await rule(world, "default");
  answer(world, undefined, unavailable, throttled, undefined, impossible);
  await sendEvents(world, "default", 3);
  const numbers = { InvocationAttempts: 5, RetryInvocationAttempts: 2, SuccessfulInvocationAttempts: 2 };
  const expected: Record<string, number> = {
    ...{ Invocations: 3, "Invocations RuleName=r": 3, "FailedInvocations RuleName=r": 1 },
  };
  for (const [name, count] of Object.entries(numbers)) {
    for (const dimension of ["", " EventBusName=default", " RuleName=r"]) expected[`${name}${dimension}`] = count;
  }
  assert.deepEqual(counted(world, "AWS/Events"), expected);
});

test("a rule of another bus is told by its bus and its name; what is too old fails without an attempt", async () => {
  const world = await eventsWorld();
  await world.events("CreateEventBus", { Name: "a/b" });
  await rule(world, "a/b");
  await world.stop();
  const entry = { Source: "app", DetailType: "T", Detail: "{}", EventBusName: "a/b" };
  await world.events("PutEvents", { Entries: [entry] });
  await world.clock.advance(25 * 3_600_000);
  await world.settle();
  assert.deepEqual(counted(world, "AWS/Events"), {
    ...{ Invocations: 1, "Invocations EventBusName=a/b RuleName=r": 1 },
    "FailedInvocations EventBusName=a/b RuleName=r": 1,
  });
});

test("invocations of schedules: by their group, throttled ones apart from other errors", async () => {
  const world = await eventsWorld();
  await world.scheduler("CreateScheduleGroup", { Name: "g" });
  answer(world, throttled, unavailable, impossible);
  await world.scheduler("CreateSchedule", {
    ...{ Name: "s", GroupName: "g", FlexibleTimeWindow: { Mode: "OFF" }, Target: ecs },
    ScheduleExpression: `at(${new Date(world.clock.now() + 60_000).toISOString().slice(0, 19)})`,
  });
  for (let minutes = 0; minutes < 6; minutes++) {
    await world.settle();
    await world.clock.advance(60_000);
  }
  const numbers = {
    ...{ InvocationAttemptCount: 3, TargetErrorThrottledCount: 1, TargetErrorCount: 2, InvocationDroppedCount: 1 },
  };
  const expected = Object.entries(numbers).flatMap(([name, count]) => [
    [name, count],
    [`${name} ScheduleGroup=g`, count],
  ]);
  assert.deepEqual(counted(world, "AWS/Scheduler"), Object.fromEntries(expected));
  assert.deepEqual(counted(world, "AWS/Events"), {});
});
