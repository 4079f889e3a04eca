import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { type EventsWorld, eventsWorld } from "../../../../test/support/events.ts";

const account = "000000000000";
const arn = (resource: string) => `arn:aws:events:us-east-1:${account}:${resource}`;
const pattern = JSON.stringify({ source: ["app"] });

describe("event buses", () => {
  test("are made, described, changed, listed and deleted", async () => {
    const { events, clock } = await eventsWorld();
    const made = await events("CreateEventBus", { Name: "orders", Description: "old" });
    assert.deepEqual(made, { EventBusArn: arn("event-bus/orders"), Description: "old" });
    await clock.advance(1000);
    await events("UpdateEventBus", { Name: "orders", Description: "new" });
    const described = await events("DescribeEventBus", { Name: arn("event-bus/orders") });
    assert.equal(described.Description, "new");
    assert.ok(described.LastModifiedTime! > described.CreationTime!);
    const { EventBuses = [] } = await events("ListEventBuses", {});
    assert.deepEqual(
      EventBuses.map(({ Name }) => Name),
      ["default", "orders"],
    );
    await events("DeleteEventBus", { Name: "orders" });
    const gone = isFault("ResourceNotFoundException", "Event bus orders does not exist.");
    await assert.rejects(events("DescribeEventBus", { Name: "orders" }), gone);
    await events("DeleteEventBus", { Name: "orders" });
  });

  test("what they cannot be is refused", async () => {
    const { events } = await eventsWorld();
    await events("CreateEventBus", { Name: "orders" });
    const again = isFault("ResourceAlreadyExistsException", "Event bus orders already exists.");
    await assert.rejects(events("CreateEventBus", { Name: "orders" }), again);
    const cannot = isFault("ValidationException", "Cannot delete event bus default.");
    await assert.rejects(events("DeleteEventBus", { Name: "default" }), cannot);
    const queue = { Name: "b", DeadLetterConfig: { Arn: "arn:aws:sqs:us-east-1:000000000000:q" } };
    await assert.rejects(events("CreateEventBus", queue), isFault("ValidationException", /DeadLetterConfig is not/));
    await assert.rejects(events("CreateEventBus", { Name: "b", KmsKeyIdentifier: "k" }), /KmsKeyIdentifier is not/);
    await assert.rejects(events("UpdateEventBus", { Name: "b", LogConfig: { Level: "INFO" } }), /LogConfig is not/);
  });

  test("have a policy, by statement or as a whole", async () => {
    const { events } = await eventsWorld();
    const policy = async () => JSON.parse((await events("DescribeEventBus", {})).Policy ?? "{}");
    const put = { Action: "events:PutEvents", StatementId: "one" };
    await events("PutPermission", { ...put, Principal: "111111111111" });
    await events("PutPermission", { ...put, Principal: "*" });
    const Condition = { Type: "StringEquals", Key: "aws:PrincipalOrgID", Value: "o-1" };
    await events("PutPermission", { ...put, StatementId: "two", Principal: "*", Condition });
    const statement = {
      Effect: "Allow",
      Principal: "*",
      Action: "events:PutEvents",
      Resource: arn("event-bus/default"),
    };
    assert.deepEqual(await policy(), {
      Version: "2012-10-17",
      Statement: [
        { Sid: "one", ...statement },
        { Sid: "two", ...statement, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } },
      ],
    });
    await events("RemovePermission", { StatementId: "one" });
    assert.equal((await policy()).Statement.length, 1);
    const unknown = isFault("ResourceNotFoundException", "Statement with the provided id does not exist.");
    await assert.rejects(events("RemovePermission", { StatementId: "one" }), unknown);
    await events("RemovePermission", { RemoveAllPermissions: true });
    assert.deepEqual(await policy(), {});
    await assert.rejects(events("PutPermission", { Policy: "{}" }), isFault("ValidationException"));
    await assert.rejects(events("PutPermission", { ...put, Principal: "*", EventBusName: "no" }), /does not exist/);
  });
});

describe("rules", () => {
  test("are made, put anew, switched, listed and deleted", async () => {
    const { events } = await eventsWorld();
    await events("CreateEventBus", { Name: "orders" });
    const rule = { Name: "r", EventPattern: pattern, EventBusName: "orders", Tags: [{ Key: "a", Value: "1" }] };
    assert.equal((await events("PutRule", rule)).RuleArn, arn("rule/orders/r"));
    await events("DisableRule", { Name: "r", EventBusName: "orders" });
    const described = await events("DescribeRule", { Name: "r", EventBusName: "orders" });
    assert.deepEqual(described, {
      ...{ Name: "r", Arn: arn("rule/orders/r"), EventPattern: pattern, State: "DISABLED", EventBusName: "orders" },
      ...{ CreatedBy: account, Description: undefined, RoleArn: undefined, ScheduleExpression: undefined },
    });
    await events("EnableRule", { Name: "r", EventBusName: "orders" });
    await events("PutRule", { Name: "r", EventPattern: pattern, EventBusName: "orders", Description: "d" });
    const { Rules = [] } = await events("ListRules", { EventBusName: "orders" });
    assert.deepEqual(
      Rules.map(({ Name, State, Description }) => [Name, State, Description]),
      [["r", "ENABLED", "d"]],
    );
    const tags = await events("ListTagsForResource", { ResourceARN: arn("rule/orders/r") });
    assert.deepEqual(tags.Tags, [{ Key: "a", Value: "1" }]);
    const inUse = isFault("ValidationException", "Event bus can't be deleted since it has rules.");
    await assert.rejects(events("DeleteEventBus", { Name: "orders" }), inUse);
    await events("DeleteRule", { Name: "r", EventBusName: "orders" });
    await events("DeleteRule", { Name: "r", EventBusName: "orders" });
    const gone = isFault("ResourceNotFoundException", "Rule r does not exist on EventBus orders.");
    await assert.rejects(events("DescribeRule", { Name: "r", EventBusName: "orders" }), gone);
  });

  test("what they cannot be is refused in AWS's words", async () => {
    const { events } = await eventsWorld();
    await events("CreateEventBus", { Name: "orders" });
    const invalid = "Parameter ScheduleExpression is not valid.";
    const cases: [object, string, string | RegExp][] = [
      [{}, "ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified."],
      [{ ScheduleExpression: "cron(0 1 * * * *)" }, "ValidationException", invalid],
      [{ ScheduleExpression: "rate(5 minute)" }, "ValidationException", invalid],
      [{ ScheduleExpression: "at(2027-01-01T00:00:00)" }, "ValidationException", invalid],
      [
        { ScheduleExpression: "rate(5 minutes)", EventBusName: "orders" },
        "ValidationException",
        "ScheduleExpression is supported only on the default event bus.",
      ],
      [
        { EventPattern: '{"a": 1}' },
        "InvalidEventPatternException",
        /^Event pattern is not valid. Reason: "a" must be/,
      ],
      [{ EventPattern: pattern, EventBusName: "no" }, "ResourceNotFoundException", "Event bus no does not exist."],
    ];
    for (const [input, code, message] of cases) {
      await assert.rejects(events("PutRule", { Name: "r", ...input }), isFault(code, message));
    }
    const refused = { canAssume: () => false };
    const roleArn = `arn:aws:iam::${account}:role/r`;
    await assert.rejects(
      events("PutRule", { Name: "r", EventPattern: pattern, RoleArn: roleArn }, refused),
      isFault(
        "ValidationException",
        `Provided role '${roleArn}' cannot be assumed by principal 'events.amazonaws.com'.`,
      ),
    );
  });

  test("pages of a list", async () => {
    const { events } = await eventsWorld();
    for (const name of ["b-2", "a-1", "a-2", "a-3"]) await events("PutRule", { Name: name, EventPattern: pattern });
    const first = await events("ListRules", { NamePrefix: "a-", Limit: 2 });
    const second = await events("ListRules", { NamePrefix: "a-", Limit: 2, NextToken: first.NextToken! });
    const names = [first, second].map(({ Rules = [] }) => Rules.map(({ Name }) => Name));
    assert.deepEqual(names, [["a-1", "a-2"], ["a-3"]]);
    assert.equal(second.NextToken, undefined);
    await assert.rejects(events("ListRules", { NextToken: first.NextToken! }), isFault("ValidationException"));
  });
});

describe("targets", () => {
  const group = `arn:aws:logs:us-east-1:${account}:log-group:/aws/events/x`;
  const cluster = `arn:aws:ecs:us-east-1:${account}:cluster/c`;
  const role = `arn:aws:iam::${account}:role/r`;
  const EcsParameters = { TaskDefinitionArn: "arn:aws:ecs:us-east-1:000000000000:task-definition/t:1" };

  async function withRule(): Promise<EventsWorld> {
    const world = await eventsWorld();
    await world.events("PutRule", { Name: "r", EventPattern: pattern });
    return world;
  }

  test("are put, listed as they were put, found by their ARN, and removed", async () => {
    const { events } = await withRule();
    const targets = [
      { Id: "1", Arn: group, InputPath: "$.detail", RetryPolicy: { MaximumRetryAttempts: 3 } },
      { Id: "2", Arn: cluster, RoleArn: role, EcsParameters, Input: '{"containerOverrides":[]}' },
      { Id: "3", Arn: "https://example.com/hook", HttpParameters: { HeaderParameters: { a: "b" } } },
    ];
    assert.deepEqual(await events("PutTargets", { Rule: "r", Targets: targets }), {
      FailedEntryCount: 0,
      FailedEntries: [],
    });
    const listed = await events("ListTargetsByRule", { Rule: "r" });
    assert.deepEqual(JSON.parse(JSON.stringify(listed.Targets)), targets);
    const stuck = isFault("ValidationException", "Rule can't be deleted since it has targets.");
    await assert.rejects(events("DeleteRule", { Name: "r" }), stuck);
    assert.deepEqual(await events("ListRuleNamesByTarget", { TargetArn: group }), { RuleNames: ["r"] });
    const removed = await events("RemoveTargets", { Rule: "r", Ids: ["1", "2", "9"] });
    assert.deepEqual([removed.FailedEntryCount, removed.FailedEntries?.[0]?.TargetId], [1, "9"]);
    assert.equal((await events("ListTargetsByRule", { Rule: "r" })).Targets?.length, 1);
    assert.deepEqual(await events("ListRuleNamesByTarget", { TargetArn: group }), { RuleNames: [] });
  });

  test("what cannot be one is refused", async () => {
    const { events } = await withRule();
    const cases: [object, string | RegExp][] = [
      [{ Arn: "nothing" }, "Parameter nothing is not valid. Reason: Provided Arn is not in correct format."],
      [{ Arn: `arn:aws:lambda:us-east-1:${account}:function:f` }, /cannot be a target on this platform/],
      [{ Arn: `arn:aws:sqs:us-east-1:${account}:q` }, /cannot be a target on this platform/],
      [{ Arn: "arn:aws:ssm:us-east-1::document/AWS-RunShellScript" }, /cannot be a target on this platform/],
      [{ Arn: cluster, EcsParameters }, `RoleArn is required for target ${cluster}.`],
      [{ Arn: cluster, RoleArn: role }, "Parameter(s) EcsParameters must be specified for target: t."],
      [{ Arn: group, RoleArn: role }, `RoleArn is not supported for target ${group}.`],
      [{ Arn: group, EcsParameters }, "Parameter(s) EcsParameters not valid for target: t."],
      [{ Arn: group, KinesisParameters: { PartitionKeyPath: "$" } }, /KinesisParameters not valid/],
      [{ Arn: group, DeadLetterConfig: { Arn: "arn:aws:sqs:us-east-1:000000000000:q" } }, /DeadLetterConfig is not/],
      [{ Arn: group.replace(account, "111111111111") }, /must be in the account and region of the rule/],
      [{ Arn: cluster.replace("us-east-1", "eu-west-1"), RoleArn: role, EcsParameters }, /must be in the account/],
      [{ Arn: arn("event-bus/b"), Input: "{}" }, /an event bus gets the event as it is/],
      [{ Arn: arn("event-bus/b").replace(account, "111111111111") }, /^RoleArn is required/],
      [{ Arn: group, Input: "{" }, "Input for target t is not valid JSON."],
      [{ Arn: group, InputPath: "detail" }, "Invalid JSON path detail for target t."],
      [
        { Arn: group, Input: "{}", InputPath: "$" },
        "Only one of Input, InputPath, or InputTransformer must be provided for target t.",
      ],
      [
        { Arn: group, InputTransformer: { InputPathsMap: { a: "$" }, InputTemplate: '"<a> <b>"' } },
        "InputTemplate for target t contains invalid placeholder b.",
      ],
    ];
    for (const [target, message] of cases) {
      const input = { Rule: "r", Targets: [{ Id: "t", Arn: "", ...target }] };
      await assert.rejects(events("PutTargets", input), isFault("ValidationException", message));
    }
    const six = Array.from({ length: 6 }, (_, i) => ({ Id: `t${i}`, Arn: group }));
    const tooMany = "The requested resource exceeds the maximum number allowed.";
    await assert.rejects(events("PutTargets", { Rule: "r", Targets: six }), isFault("LimitExceededException", tooMany));
  });
});

describe("tags", () => {
  test("of buses and rules", async () => {
    const { events } = await eventsWorld();
    await events("CreateEventBus", { Name: "orders", Tags: [{ Key: "a", Value: "1" }] });
    await events("PutRule", { Name: "r", EventPattern: pattern });
    for (const ResourceARN of [arn("event-bus/orders"), arn("event-bus/default"), arn("rule/r")]) {
      await events("TagResource", {
        ResourceARN,
        Tags: [
          { Key: "b", Value: "2" },
          { Key: "c", Value: "3" },
        ],
      });
      await events("UntagResource", { ResourceARN, TagKeys: ["a", "b"] });
      assert.deepEqual((await events("ListTagsForResource", { ResourceARN })).Tags, [{ Key: "c", Value: "3" }]);
    }
    const cases = [
      [arn("rule/none"), "Rule none does not exist on EventBus default."],
      [arn("rule/orders/none"), "Rule none does not exist on EventBus orders."],
      [arn("event-bus/none"), "Event bus none does not exist."],
    ] as const;
    for (const [ResourceARN, message] of cases) {
      await assert.rejects(
        events("ListTagsForResource", { ResourceARN }),
        isFault("ResourceNotFoundException", message),
      );
    }
    // The default bus is not named in the ARNs of its rules.
    const other = events("ListTagsForResource", { ResourceARN: arn("rule/default/r") });
    await assert.rejects(other, isFault("ValidationException", "Parameter ResourceARN is not valid."));
  });
});

describe("PutEvents", () => {
  const entry = { Source: "app", DetailType: "T", Detail: "{}" };

  test("each entry is checked by itself", async () => {
    const { events } = await eventsWorld();
    const malformed = ["text", "[]", "{", '"{}"'].map((Detail) => ({ ...entry, Detail }));
    const Entries = [
      entry,
      { DetailType: "T", Detail: "{}" },
      { Source: "app", Detail: "{}" },
      { Source: "app", DetailType: "T" },
      { ...entry, Source: "aws.ecs" },
      { ...entry, EventBusName: "nowhere" },
      ...malformed,
    ];
    const { FailedEntryCount, Entries: results = [] } = await events("PutEvents", { Entries });
    assert.equal(FailedEntryCount, 8);
    assert.deepEqual(
      results.map(({ ErrorCode }) => ErrorCode),
      [
        ...[undefined, "InvalidArgument", "InvalidArgument", "InvalidArgument", "NotAuthorizedForSourceException"],
        ...[undefined, "MalformedDetail", "MalformedDetail", "MalformedDetail", "MalformedDetail"],
      ],
    );
    assert.equal(results[1]?.ErrorMessage, "Parameter Source is not valid. Reason: Source is a required argument.");
    assert.match(results[0]?.EventId ?? "", /^[0-9a-f-]{36}$/);
  });

  test("what is nested too deeply to be matched is malformed", async () => {
    const { events } = await eventsWorld();
    await events("PutRule", { Name: "r", EventPattern: JSON.stringify({ source: ["app"] }) });
    const nested = (depth: number) => ({ ...entry, Detail: `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}` });
    const text = { ...entry, Detail: JSON.stringify({ text: '["{'.repeat(2000) }) };
    const { Entries: results = [] } = await events("PutEvents", {
      Entries: [nested(999), nested(1000), nested(50_000), text],
    });
    const codes = results.map(({ ErrorCode }) => ErrorCode);
    assert.deepEqual(codes, [undefined, "MalformedDetail", "MalformedDetail", undefined]);
  });

  test("no more than a mebibyte at once", async () => {
    const { events } = await eventsWorld();
    const Detail = JSON.stringify({ text: "x".repeat(1024 * 1024) });
    const message = "Total size of the entries in the request is over the limit.";
    await assert.rejects(
      events("PutEvents", { Entries: [{ ...entry, Detail }] }),
      isFault("ValidationException", message),
    );
  });

  test("an event that no rule awaits is written nowhere", async () => {
    const { events, store } = await eventsWorld();
    await events("PutRule", { Name: "r", EventPattern: pattern });
    let commits = 0;
    store.observe(() => commits++);
    await events("PutEvents", { Entries: [{ ...entry, Source: "other" }] });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(commits, 0);
  });
});

test("TestEventPattern", async () => {
  const { events } = await eventsWorld();
  const ask = (EventPattern: string, Event: string) => events("TestEventPattern", { EventPattern, Event });
  assert.deepEqual(await ask(pattern, '{"source": "app"}'), { Result: true });
  assert.deepEqual(await ask(pattern, '{"source": "b"}'), { Result: false });
  for (const event of ["text", "[]", '"{}"']) {
    await assert.rejects(ask(pattern, event), isFault("ValidationException", "Parameter Event is not valid."));
  }
  await assert.rejects(ask('{"a": 1}', "{}"), isFault("InvalidEventPatternException"));
});
