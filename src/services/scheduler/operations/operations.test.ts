import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { eventsWorld } from "../../../../test/support/events.ts";

const account = "000000000000";
const arn = (resource: string) => `arn:aws:scheduler:us-east-1:${account}:${resource}`;
const Target = {
  Arn: `arn:aws:ecs:us-east-1:${account}:cluster/c`,
  RoleArn: `arn:aws:iam::${account}:role/r`,
  EcsParameters: { TaskDefinitionArn: "task:1", Tags: [{ Key: "a", Value: "1" }] },
};
const schedule = {
  ...{ Name: "s", ScheduleExpression: "rate(5 minutes)", FlexibleTimeWindow: { Mode: "OFF" as const }, Target },
};

test("a schedule is made, shown with its defaults, replaced as a whole, and deleted", async () => {
  const { scheduler, clock } = await eventsWorld();
  const { ScheduleArn } = await scheduler("CreateSchedule", { ...schedule, Description: "d", ClientToken: "t" });
  assert.equal(ScheduleArn, arn("schedule/default/s"));
  assert.deepEqual(await scheduler("CreateSchedule", { ...schedule, ClientToken: "t" }), { ScheduleArn });
  const again = isFault("ConflictException", "Schedule s already exists.");
  await assert.rejects(scheduler("CreateSchedule", { ...schedule, ClientToken: "u" }), again);
  const shown = await scheduler("GetSchedule", { Name: "s" });
  assert.deepEqual(JSON.parse(JSON.stringify(shown)), {
    ...{ Arn: ScheduleArn, Name: "s", GroupName: "default", Description: "d", State: "ENABLED" },
    ...{ ScheduleExpression: "rate(5 minutes)", ScheduleExpressionTimezone: "UTC", ActionAfterCompletion: "NONE" },
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { ...Target, RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
    ...{ CreationDate: clock.now(), LastModificationDate: clock.now() },
  });
  await clock.advance(1000);
  const FlexibleTimeWindow = { Mode: "FLEXIBLE" as const, MaximumWindowInMinutes: 15 };
  await scheduler("UpdateSchedule", { ...schedule, FlexibleTimeWindow, State: "DISABLED" });
  const changed = await scheduler("GetSchedule", { Name: "s" });
  assert.deepEqual(
    [changed.Description, changed.State, changed.FlexibleTimeWindow],
    [undefined, "DISABLED", FlexibleTimeWindow],
  );
  assert.equal(changed.LastModificationDate! - changed.CreationDate!, 1000);
  await scheduler("DeleteSchedule", { Name: "s" });
  const gone = isFault("ResourceNotFoundException", "Schedule s does not exist.");
  for (const name of ["GetSchedule", "DeleteSchedule"] as const)
    await assert.rejects(scheduler(name, { Name: "s" }), gone);
  await assert.rejects(scheduler("UpdateSchedule", schedule), gone);
});

test("what a schedule cannot be is refused", async () => {
  const { scheduler } = await eventsWorld();
  const cases: [object, string | RegExp][] = [
    [{ ScheduleExpression: "cron(0 1 * * * *)" }, "Invalid Schedule Expression cron(0 1 * * * *)."],
    [{ ScheduleExpression: "at(2021-12-31)" }, "Invalid Schedule Expression at(2021-12-31)."],
    [{ ScheduleExpressionTimezone: "Mars/Olympus" }, /Invalid ScheduleExpressionTimezone/],
    [{ FlexibleTimeWindow: { Mode: "FLEXIBLE" } }, /MaximumWindowInMinutes must be set/],
    [{ FlexibleTimeWindow: { Mode: "OFF", MaximumWindowInMinutes: 5 } }, /MaximumWindowInMinutes must be set/],
    [{ EndDate: 1 }, "The EndDate must be in the future."],
    [{ StartDate: 9e12, EndDate: 8e12 }, "The StartDate must be before the EndDate."],
    [{ KmsKeyArn: "k" }, /KmsKeyArn is not supported/],
    [{ Target: { ...Target, Arn: "nothing" } }, /not in correct format/],
    [{ Target: { ...Target, EcsParameters: undefined } }, /EcsParameters is required/],
    [
      { Target: { ...Target, Arn: `arn:aws:lambda:us-east-1:${account}:function:f`, EcsParameters: undefined } },
      /cannot be a/,
    ],
    [{ Target: { ...Target, SqsParameters: {} } }, /SqsParameters is not valid/],
    [
      { Target: { ...Target, DeadLetterConfig: { Arn: "arn:aws:sqs:us-east-1:000000000000:q" } } },
      /DeadLetterConfig is not/,
    ],
    [{ Target: { ...Target, Arn: Target.Arn.replace("us-east-1", "eu-west-1") } }, /must be in the account/],
    [{ Target: { Arn: `arn:aws:events:us-east-1:${account}:event-bus/b`, RoleArn: "r" } }, /EventBridgeParameters is/],
    [{ Target: { Arn: "arn:aws:scheduler:::aws-sdk:ecs:fly", RoleArn: "r" } }, /is not an operation of this platform/],
    [
      { Target: { Arn: "arn:aws:scheduler:::aws-sdk:ecs:listTasks", RoleArn: "r" } },
      /that only read are not supported/,
    ],
    [
      { Target: { Arn: "arn:aws:scheduler:::aws-sdk:ecs:runTask", RoleArn: "r", Input: "{" } },
      /must be well-formed JSON/,
    ],
    [
      {
        Target: {
          ...{ Arn: `arn:aws:events:us-east-1:${account}:event-bus/b`, RoleArn: "r", Input: "text" },
          EventBridgeParameters: { Source: "s", DetailType: "d" },
        },
      },
      /must be well-formed JSON/,
    ],
  ];
  for (const [change, message] of cases) {
    await assert.rejects(
      scheduler("CreateSchedule", { ...schedule, ...change }),
      isFault("ValidationException", message),
    );
  }
  const distrusted = { canAssume: () => false };
  await assert.rejects(
    scheduler("CreateSchedule", schedule, distrusted),
    isFault(
      "ValidationException",
      "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    ),
  );
  const nowhere = isFault("ResourceNotFoundException", "Schedule group g does not exist.");
  await assert.rejects(scheduler("CreateSchedule", { ...schedule, GroupName: "g" }), nowhere);
});

test("groups hold schedules, have tags, and take their schedules with them", async () => {
  const world = await eventsWorld();
  const { scheduler } = world;
  await scheduler("CreateScheduleGroup", { Name: "g", Tags: [{ Key: "a", Value: "1" }], ClientToken: "t" });
  await scheduler("CreateScheduleGroup", { Name: "g", ClientToken: "t" });
  await assert.rejects(scheduler("CreateScheduleGroup", { Name: "g" }), isFault("ConflictException"));
  for (const Name of ["a-1", "a-2", "b"]) await scheduler("CreateSchedule", { ...schedule, Name, GroupName: "g" });
  await scheduler("CreateSchedule", schedule);
  const names = async (input: object) => (await scheduler("ListSchedules", input)).Schedules.map(({ Name }) => Name);
  assert.deepEqual(await names({ GroupName: "g", NamePrefix: "a-" }), ["a-1", "a-2"]);
  assert.deepEqual(await names({}), ["s", "a-1", "a-2", "b"]);
  const first = await scheduler("ListSchedules", { MaxResults: 3 });
  assert.deepEqual(await names({ MaxResults: 3, NextToken: first.NextToken }), ["b"]);
  const ResourceArn = arn("schedule-group/g");
  await scheduler("TagResource", { ResourceArn, Tags: [{ Key: "b", Value: "2" }] });
  await scheduler("UntagResource", { ResourceArn, TagKeys: ["a"] });
  assert.deepEqual((await scheduler("ListTagsForResource", { ResourceArn })).Tags, [{ Key: "b", Value: "2" }]);
  const { ScheduleGroups } = await scheduler("ListScheduleGroups", {});
  assert.deepEqual(
    ScheduleGroups.map(({ Name, State }) => [Name, State]),
    [
      ["default", "ACTIVE"],
      ["g", "ACTIVE"],
    ],
  );
  await scheduler("DeleteScheduleGroup", { Name: "g" });
  assert.equal((await scheduler("GetScheduleGroup", { Name: "g" })).State, "DELETING");
  const late = isFault("ConflictException", "Schedule group g is being deleted.");
  await assert.rejects(scheduler("CreateSchedule", { ...schedule, Name: "x", GroupName: "g" }), late);
  await world.settle();
  const gone = isFault("ResourceNotFoundException", "Schedule group g does not exist.");
  await assert.rejects(scheduler("GetScheduleGroup", { Name: "g" }), gone);
  assert.deepEqual(await names({}), ["s"]);
  await assert.rejects(scheduler("DeleteScheduleGroup", { Name: "default" }), isFault("ValidationException"));
});

test("a group of hundreds of schedules goes, too", async () => {
  const world = await eventsWorld();
  await world.scheduler("CreateScheduleGroup", { Name: "g" });
  for (let i = 0; i < 450; i++) {
    await world.scheduler("CreateSchedule", { ...schedule, Name: `s-${i}`, GroupName: "g", State: "DISABLED" });
  }
  await world.scheduler("DeleteScheduleGroup", { Name: "g" });
  await world.settle();
  assert.deepEqual((await world.scheduler("ListSchedules", {})).Schedules, []);
});
