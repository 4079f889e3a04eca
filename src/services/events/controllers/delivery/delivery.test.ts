import assert from "node:assert/strict";
import { test } from "node:test";
import { ConflictError, DriverError, Fault } from "#kernel/fault.ts";
import { type EventsWorld, eventsWorld, makeLogGroup, ruleToLogs } from "../../../../../test/support/events.ts";

const account = "000000000000";
const arn = (resource: string) => `arn:aws:events:us-east-1:${account}:${resource}`;
const role = `arn:aws:iam::${account}:role/r`;
const entry = (fields: object = {}) => ({ Source: "app", DetailType: "T", Detail: '{"n": 1.50}', ...fields });

async function put(world: EventsWorld, ...entries: object[]): Promise<void> {
  await world.events("PutEvents", { Entries: entries.map((fields) => entry(fields)) });
  await world.settle();
}

async function putRule(world: EventsWorld, target: object, pattern = '{"source": ["app"]}'): Promise<void> {
  await world.events("PutRule", { Name: "r", EventPattern: pattern });
  await world.events("PutTargets", { Rule: "r", Targets: [{ Id: "t", Arn: "", ...target }] });
}

test("an event that matches reaches the log group as AWS writes it", async () => {
  const world = await eventsWorld();
  const group = await ruleToLogs(world, { pattern: { detail: { n: [1.5] } } });
  const Time = Date.parse("2026-05-01T10:00:00.250Z");
  await put(world, { Detail: '{"n": 1.50, "s": "a \\" b"}', Resources: ["arn:x"], Time }, { Detail: '{"n": 2}' });
  const [message, ...others] = await world.messages(group);
  const event = JSON.parse(message!);
  assert.match(event.id, /^[0-9a-f-]{36}$/);
  assert.equal(
    message,
    `{"version":"0","id":"${event.id}","detail-type":"T","source":"app","account":"${account}",` +
      '"time":"2026-05-01T10:00:00Z","region":"us-east-1","resources":["arn:x"],"detail":{"n":1.50,"s":"a \\" b"}}',
  );
  assert.deepEqual([others, world.waiting()], [[], 0]);
});

test("only enabled rules of the event's bus get it", async () => {
  const world = await eventsWorld();
  await world.events("CreateEventBus", { Name: "orders" });
  const [first, off, other] = [
    await ruleToLogs(world, { name: "first" }),
    await ruleToLogs(world, { name: "off" }),
    await ruleToLogs(world, { name: "other", bus: "orders" }),
  ];
  await world.events("DisableRule", { Name: "off" });
  await put(world, {}, { EventBusName: "orders", DetailType: "O" });
  const types = async (group: string) => (await world.messages(group)).map((text) => JSON.parse(text)["detail-type"]);
  assert.deepEqual([await types(first), await types(off), await types(other)], [["T"], [], ["O"]]);
});

test("a log group gets events in their order, each once, though the process ended before it noted them", async () => {
  const world = await eventsWorld();
  const group = await ruleToLogs(world);
  const numbers = async () => (await world.messages(group)).map((text) => JSON.parse(text).detail.n as number);
  let count = 0;
  for (let i = 0; i < 12; i++) {
    world.logsFail = i % 3 !== 2;
    await put(world, ...Array.from({ length: 10 }, () => ({ Detail: JSON.stringify({ n: count++ }) })));
    if (i === 0) assert.deepEqual([(await numbers()).length, world.waiting()], [10, 10]);
    if (i % 4 === 3) await world.stop();
  }
  world.logsFail = false;
  await world.clock.advance(60_000);
  await world.settle();
  assert.deepEqual([await numbers(), world.waiting()], [Array.from({ length: count }, (_, n) => n), 0]);
});

test("inputs: a path, a constant, a template, and the members of a log event", async () => {
  const world = await eventsWorld();
  const template = (InputTemplate: string) => ({
    InputTransformer: { InputPathsMap: { n: "$.detail.n" }, InputTemplate },
  });
  const cases: [string, object, string][] = [
    ["path", { InputPath: "$.detail" }, '{"n":1.5}'],
    ["nowhere", { InputPath: "$.nothing" }, "null"],
    ["constant", { Input: '{"a": 1}' }, '{"a": 1}'],
    ["template", template('"n is <n>, says <aws.events.rule-name>"'), '"n is 1.5, says template"'],
    ["log", template('{"timestamp": 86400000, "message": "n is <n>"}'), "n is 1.5"],
  ];
  await world.clock.advance(86_400_000);
  const groups: string[] = [];
  for (const [name, more] of cases) groups.push(await ruleToLogs(world, { name, more }));
  await put(world, {});
  for (const [i, [name, , expected]] of cases.entries()) {
    assert.deepEqual(await world.messages(groups[i]!), [expected], name);
  }
});

test("an event goes on to another bus as it was, and round no circle", async () => {
  const world = await eventsWorld();
  await world.events("CreateEventBus", { Name: "b" });
  const forward = async (from: string, to: string) => {
    const at = { EventBusName: from };
    await world.events("PutRule", { Name: "on", EventPattern: '{"source": ["app"]}', ...at });
    await world.events("PutTargets", { Rule: "on", ...at, Targets: [{ Id: "t", Arn: arn(`event-bus/${to}`) }] });
  };
  await forward("default", "b");
  await forward("b", "default");
  const [here, there] = [await ruleToLogs(world), await ruleToLogs(world, { bus: "b" })];
  await put(world, { Detail: '{"big": 12345678901234567890}', Time: 86_400_000 });
  const [message] = await world.messages(here);
  assert.match(message!, /"time":"1970-01-02T00:00:00Z".*"detail":\{"big":12345678901234567890\}/);
  assert.deepEqual([await world.messages(here), await world.messages(there)], [[message], [message]]);
  assert.deepEqual(world.warnings, [
    "An event could not be delivered to its target: The event has been on this bus before.",
  ]);
  assert.equal(world.waiting(), 0);
});

test("to the bus of another region, and of another account if its policy allows it", async () => {
  const world = await eventsWorld();
  const group = "/aws/events/far";
  await makeLogGroup(world, group);
  const far = { region: "eu-west-1" };
  await world.events("PutRule", { Name: "far", EventPattern: '{"source": ["app"]}' }, far);
  const target = { Id: "t", Arn: "https://far.example" };
  await world.events("PutTargets", { Rule: "far", Targets: [target] }, far);
  await putRule(world, { Arn: arn("event-bus/default").replace("us-east-1", "eu-west-1"), RoleArn: role });
  await put(world, {});
  assert.equal(JSON.parse(String(world.sent[0]!.body)).region, "us-east-1");
  world.refusal = "not authorized to perform: events:PutEvents";
  await put(world, {});
  assert.equal(world.sent.length, 1);
  assert.match(world.warnings[0]!, /not authorized to perform: events:PutEvents/);
});

const ecs = {
  Arn: `arn:aws:ecs:us-east-1:${account}:cluster/c`,
  RoleArn: role,
  EcsParameters: {
    TaskDefinitionArn: "task:1",
    TaskCount: 2,
    LaunchType: "FARGATE" as const,
    NetworkConfiguration: { awsvpcConfiguration: { Subnets: ["subnet-1"], AssignPublicIp: "ENABLED" as const } },
    Tags: [{ Key: "a", Value: "1" }],
  },
};

test("a task is run with the target's role, its parameters, and the input as overrides", async () => {
  const world = await eventsWorld();
  const overrides = { containerOverrides: [{ name: "app", command: ["x"] }] };
  await putRule(world, { ...ecs, Input: JSON.stringify({ ...overrides, other: 1 }) });
  await put(world, {});
  const [{ role: taken, call } = world.ran[0]!] = world.ran;
  const ruleArn = arn("rule/r");
  assert.deepEqual([taken.roleArn, taken.principal, taken.sourceArn], [role, "events.amazonaws.com", ruleArn]);
  assert.deepEqual(call, {
    ...{ service: "ecs", operation: "RunTask", region: "us-east-1", token: call.token },
    input: {
      ...{ cluster: ecs.Arn, taskDefinition: "task:1", count: 2, startedBy: "events-rule/r", launchType: "FARGATE" },
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"], assignPublicIp: "ENABLED" } },
      tags: [{ key: "a", value: "1" }],
      overrides,
    },
  });
});

test("what of a task's parameters is a path stands for what the event has there", async () => {
  const world = await eventsWorld();
  const EcsParameters = {
    ...{ TaskDefinitionArn: "$.detail.job.task", Group: "$.detail.team", TaskCount: 1 },
    NetworkConfiguration: { awsvpcConfiguration: { Subnets: ["$.detail.job.subnet", "subnet-2"] } },
    Tags: [{ Key: "order", Value: "$.detail.order" }],
  };
  await putRule(world, { ...ecs, EcsParameters });
  await put(world, { Detail: '{"order": 7, "team": "blue", "job": {"task": "import:3", "subnet": "subnet-1"}}' });
  assert.deepEqual(world.ran[0]!.call.input, {
    ...{ cluster: ecs.Arn, taskDefinition: "import:3", count: 1, startedBy: "events-rule/r", group: "blue" },
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1", "subnet-2"] } },
    tags: [{ key: "order", value: "7" }],
  });
});

test("an event by itself overrides nothing", async () => {
  const world = await eventsWorld();
  await putRule(world, ecs);
  await put(world, { Detail: '{"cpu": "1"}' });
  assert.equal((world.ran[0]!.call.input as { overrides?: object }).overrides, undefined);
});

test("every attempt has the delivery's token; there is no other after a task was started", async () => {
  const world = await eventsWorld();
  await putRule(world, ecs);
  const answers = [
    () => ({ tasks: [], failures: [{ reason: "RESOURCE:MEMORY" }] }),
    () => {
      throw new ConflictError("ecs/cluster");
    },
    () => ({ tasks: [{}], failures: [] }),
  ];
  world.answerCall = () => answers.shift()!();
  await put(world, {});
  assert.equal(world.waiting(), 1);
  await world.clock.advance(60_000);
  await world.settle();
  assert.equal(world.ran.length, 3);
  assert.equal(new Set(world.ran.map(({ call }) => call.token)).size, 1);
  assert.equal(world.waiting(), 0);
});

test("a token that is known is no failure, though its task is gone", async () => {
  const world = await eventsWorld();
  await putRule(world, ecs);
  world.answerCall = () => ({ tasks: [], failures: [] });
  await put(world, {});
  assert.deepEqual([world.waiting(), world.ran.length], [0, 1]);
});

test("faults: what may pass is tried again, the rest is dropped", async () => {
  const cases: [unknown, number][] = [
    [new Fault("AccessDeniedException", "no"), 0],
    [new Fault("ClusterNotFoundException", "no"), 0],
    [new Fault("ServerException", "later", { status: 500 }), 1],
    [new Fault("ThrottlingException", "later"), 1],
    [new DriverError("Unauthorized", "no role"), 0],
    [new DriverError("Unavailable", "down", { retryable: true }), 1],
  ];
  for (const [error, waiting] of cases) {
    const world = await eventsWorld();
    await putRule(world, ecs);
    world.answerCall = () => Promise.reject(error);
    await put(world, {});
    assert.equal(world.waiting(), waiting, String(error));
    assert.equal(world.warnings.length, 1 - waiting, String(error));
  }
});

test("an endpoint is tried again at growing intervals, until the retry policy ends it", async () => {
  const world = await eventsWorld();
  const RetryPolicy = { MaximumRetryAttempts: 4, MaximumEventAgeInSeconds: 3600 };
  await putRule(world, { Arn: "http://127.0.0.1:9/hook", RetryPolicy });
  world.answerHttp = () => ({ status: 503 });
  const start = world.clock.now();
  const times: number[] = [];
  world.answerHttp = () => {
    times.push(world.clock.now() - start);
    return { status: 503 };
  };
  await put(world, {});
  for (let i = 0; i < 60; i++) {
    await world.clock.advance(1000);
    await world.settle();
  }
  assert.equal(times.length, 5);
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  assert.ok(
    gaps.every((gap, i) => gap >= 500 * 2 ** i && gap <= 1000 * 2 ** i + 1000),
    String(gaps),
  );
  assert.deepEqual([world.waiting(), world.warnings.length], [0, 1]);
});

test("by default an event is tried for a day, about 185 times", async () => {
  const world = await eventsWorld();
  await putRule(world, { Arn: "http://127.0.0.1:9/hook" });
  const start = world.clock.now();
  let last = 0;
  world.answerHttp = () => {
    last = world.clock.now() - start;
    return { status: 500 };
  };
  await put(world, {});
  for (let i = 0; i < 26 * 60; i++) {
    await world.clock.advance(60_000);
    await world.settle();
  }
  assert.ok(world.sent.length > 150 && world.sent.length <= 186, String(world.sent.length));
  assert.ok(last <= 86_400_000 && last > 80_000_000, String(last));
  assert.equal(world.waiting(), 0);
});

test("Retry-After is kept to; other refusals are final", async () => {
  const cases: [number, number][] = [
    ...[400, 403, 404, 302].map((status): [number, number] => [status, 0]),
    ...[401, 407, 409, 429, 500, 599].map((status): [number, number] => [status, 1]),
  ];
  for (const [status, waiting] of cases) {
    const world = await eventsWorld();
    await putRule(world, { Arn: "http://127.0.0.1:9/hook" });
    world.answerHttp = () => ({ status, retryAfterSeconds: 120 });
    await put(world, {});
    assert.equal(world.waiting(), waiting, String(status));
    await world.clock.advance(119_000);
    await world.settle();
    assert.equal(world.sent.length, 1);
  }
});

test("what waited when the process ended goes out after the next start", async () => {
  const world = await eventsWorld();
  await putRule(world, { Arn: "http://127.0.0.1:9/hook" });
  world.answerHttp = () => ({ status: 500 });
  await put(world, {});
  await world.stop();
  await world.clock.advance(60_000);
  world.answerHttp = () => ({ status: 200 });
  await world.settle();
  assert.deepEqual([world.waiting(), world.sent.length], [0, 2]);
});

test("what was matched goes out though its rule is gone", async () => {
  const world = await eventsWorld();
  await putRule(world, { Arn: "http://127.0.0.1:9/hook" });
  await world.events("PutEvents", { Entries: [entry()] });
  await world.events("RemoveTargets", { Rule: "r", Ids: ["t"] });
  await world.events("DeleteRule", { Name: "r" });
  await world.settle();
  assert.equal(world.sent.length, 1);
});

test("a log group that is not there is no reason to try for a day", async () => {
  const world = await eventsWorld();
  await putRule(world, { Arn: `arn:aws:logs:us-east-1:${account}:log-group:/none` });
  await put(world, {});
  assert.equal(world.waiting(), 0);
  assert.match(world.warnings[0]!, /ResourceNotFoundException: The specified log group does not exist./);
});

test("a log group whose policy does not let EventBridge write gets nothing", async () => {
  const world = await eventsWorld();
  const group = await ruleToLogs(world);
  const asked: unknown[] = [];
  world.logsRefusal = (service, ruleArn, { logStreamName }) => {
    asked.push([service, ruleArn, logStreamName]);
    return "it is not authorized";
  };
  await put(world, {});
  const rule = `arn:aws:events:us-east-1:${account}:rule/all`;
  assert.deepEqual(asked, [["events.amazonaws.com", rule, "default/all/log"]]);
  assert.deepEqual([await world.messages(group), world.waiting()], [[], 0]);
  assert.match(world.warnings[0]!, /it is not authorized/);
});
