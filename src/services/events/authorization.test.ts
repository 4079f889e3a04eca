import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuthorizer } from "#gateway/authorize/authorizer.ts";
import type { Caller, ServiceModule } from "#kernel/handler.ts";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { iamCollections } from "#services/iam/index.ts";
import { type TestWorld, testWorld } from "../../../test/support/context.ts";
import { addUser, document } from "../../../test/support/iam.ts";
import { authorization } from "./authorization.ts";
import { eventsCollections } from "./index.ts";
import { busArn, busKey, type RuleRecord, ruleKey } from "./model.ts";

const [account, other, region] = ["000000000000", "111111111111", "us-east-1"];
const here = { account, region };

async function ready() {
  const world = await testWorld({ collections: [...iamCollections, ...eventsCollections] });
  const service: ServiceModule = { name: "events", operations: {}, controllers: [], collections: [], authorization };
  const secretBox = createSecretBox(new Uint8Array(32), seededRandom(1));
  const { checkCall } = createAuthorizer({ services: [service], store: world.store, clock: world.clock, secretBox });
  const may = (caller: Caller, operation: string, input: object) =>
    checkCall({ caller, service: "events", operation, input, account: caller.account, region }) === undefined;
  return { world, may };
}

async function addRule({ store }: TestWorld, createdBy: string): Promise<void> {
  const rule: RuleRecord = {
    ...{ ...here, busName: "default", name: "r", state: "ENABLED", createdBy, tags: {}, targets: [] },
  };
  await store.as("api").commit({ put: [{ key: ruleKey(here, "default", "r"), value: rule }] });
}

test("a rule may be made for what the policy says, and for nothing that its pattern leaves open", async () => {
  const { world, may } = await ready();
  const Condition = {
    "ForAllValues:StringEquals": { "events:source": ["aws.ecs", "aws.ec2"], "events:detail-type": "Change" },
    Null: { "events:source": "false", "events:detail-type": "false" },
  };
  const caller = await addUser(
    world.store.as("api"),
    account,
    "ann",
    document({ Action: "events:PutRule", Condition }),
  );
  const change = { "detail-type": ["Change"] };
  for (const [allowed, pattern] of [
    [true, { source: ["aws.ecs"], ...change }],
    [true, { source: ["aws.ecs", "aws.ec2"], ...change, detail: { a: [{ exists: true }] } }],
    [true, { $or: [{ source: ["aws.ecs"] }, { source: ["aws.ec2"] }], ...change }],
    [false, { source: ["aws.ecs", "shop"], ...change }],
    [false, { source: ["aws.ecs", { prefix: "" }], ...change }],
    [false, { source: [{ prefix: "aws.ecs" }], ...change }],
    [false, { source: [{ "anything-but": "x" }], ...change }],
    [false, { $or: [{ source: ["aws.ecs"] }, { detail: { a: [1] } }], ...change }],
    [false, { source: ["aws.ecs"] }],
    [false, { detail: { source: ["aws.ecs"] }, ...change }],
  ] as const) {
    const text = JSON.stringify(pattern);
    assert.equal(may(caller, "PutRule", { Name: "r", EventPattern: text }), allowed, text);
  }
  // Of two fields of the same name the last one counts, for the key as for the rule.
  const twice = '{"source": ["aws.ecs"], "source": ["shop"], "detail-type": ["Change"]}';
  assert.equal(may(caller, "PutRule", { Name: "r", EventPattern: twice }), false);
  assert.equal(may(caller, "PutRule", { Name: "r", ScheduleExpression: "rate(1 minute)" }), false);
});

test("fields of the detail have keys of their own", async () => {
  const { world, may } = await ready();
  const Condition = {
    StringEquals: { "events:detail.service": "ECS", "events:detail.eventTypeCode": "X" },
    StringLike: { "events:detail.userIdentity.principalId": "AIDA*" },
  };
  const caller = await addUser(
    world.store.as("api"),
    account,
    "ann",
    document({ Action: "events:PutRule", Condition }),
  );
  const detail = { service: ["ECS"], eventTypeCode: ["X"], userIdentity: { principalId: ["AIDAADA"] } };
  const put = (EventPattern: object) =>
    may(caller, "PutRule", { Name: "r", EventPattern: JSON.stringify(EventPattern) });
  assert.deepEqual([put({ detail }), put({ detail: { ...detail, service: ["EC2"] } })], [true, false]);
});

test("targets can be restricted by their ARNs", async () => {
  const { world, may } = await ready();
  const Condition = { "ForAllValues:ArnLike": { "events:TargetArn": "arn:aws:logs:*:*:*" } };
  const policy = document({ Action: "events:PutTargets", Condition });
  const caller = await addUser(world.store.as("api"), account, "ann", policy);
  const put = (...arns: string[]) =>
    may(caller, "PutTargets", { Rule: "r", Targets: arns.map((Arn, i) => ({ Id: `${i}`, Arn })) });
  const log = "arn:aws:logs:us-east-1:000000000000:log-group:/a";
  assert.deepEqual([put(log), put(log, "https://example.com")], [true, false]);
});

test("another account manages the rules that it has made on a bus, and no others", async () => {
  const { world, may } = await ready();
  const store = world.store.as("api");
  const actions = ["PutRule", "PutTargets", "DescribeRule", "DisableRule", "DeleteRule", "ListTagsForResource"];
  const bus = busArn(here, "default");
  // The User Guide's own example.
  const policy = document({
    ...{ Principal: { AWS: other }, Action: actions.map((name) => `events:${name}`) },
    Resource: "arn:aws:events:us-east-1:000000000000:rule/*",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable.
    Condition: { StringEqualsIfExists: { "events:creatorAccount": "${aws:PrincipalAccount}" } },
  });
  const record = { ...here, name: "default", policy, createdAt: 0, lastModifiedAt: 0, tags: {} };
  await store.commit({ put: [{ key: busKey(here, "default"), value: record as never }] });
  const caller = await addUser(store, other, "eve", document({ Action: "events:*" }));
  const all = () =>
    actions.map((name) =>
      may(caller, name, {
        ...{
          Name: "r",
          Rule: "r",
          EventBusName: bus,
          Targets: [],
          ResourceARN: `arn:aws:events:us-east-1:${account}:rule/r`,
        },
      }),
    );
  await addRule(world, account);
  assert.deepEqual(
    all(),
    actions.map(() => false),
  );
  await addRule(world, other);
  assert.deepEqual(
    all(),
    actions.map(() => true),
  );
});
