import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Credentials } from "#wire/sigv4/sign.ts";
import { type RecordedWorld, Refused, recordedWorld } from "./world.ts";

/**
 * A resource has names and ARNs, and clients may write what they like in their place. Whoever is denied a resource is
 * denied it under every spelling, or the spelling means nothing.
 */

const inAccount = (service: string, resource: string) => `arn:aws:${service}:us-east-1:000000000000:${resource}`;

/** Other ways to write an ARN, or a name. */
function spellings(text: string): string[] {
  const [, , service = "", region = "", account = "", ...rest] = text.split(":");
  const resource = rest.join(":");
  const arn = (parts: object) => {
    const all = { partition: "aws", service, region, account, resource, ...parts } as Record<string, string>;
    return ["arn", all.partition, all.service, all.region, all.account, all.resource].join(":");
  };
  const ofArn = [
    ...["x", "aws-cn", "aws-us-gov", "", "AWS"].map((partition) => arn({ partition })),
    ...["s3", service.toUpperCase(), ""].map((other) => arn({ service: other })),
    ...["", "*", "US-EAST-1", "eu-west-1"].map((other) => arn({ region: other })),
    ...["", "aws", "*", "111111111111"].map((other) => arn({ account: other })),
    ...[`${resource}/`, `${resource}:`, `${resource}:*`, `${resource}/x`, `${resource} `, `/${resource}`].map((other) =>
      arn({ resource: other }),
    ),
    arn({ resource: resource.replace("/", "//") }),
    arn({ resource: resource.replace("/", "%2F") }),
    text.toUpperCase(),
    `${text}\u0000`,
    text.replace("arn:", "ARN:"),
  ];
  const ofName = [`${text}/`, `/${text}`, `./${text}`, `${text}:`, ` ${text}`, text.toUpperCase(), `${text}:*`];
  return [text, ...(text.startsWith("arn:") ? ofArn : ofName)];
}

describe("who is denied a resource", () => {
  let world: RecordedWorld;
  let denied: Credentials;
  let free: Credentials;
  /** Of the key and the secret, which have ids. */
  const known: Record<string, string> = {};

  async function user(name: string, deny: readonly string[]): Promise<Credentials> {
    await world.iam("CreateUser", { UserName: name });
    const Statement: object[] = [{ Effect: "Allow", Action: "*", Resource: "*" }];
    if (deny.length > 0) Statement.push({ Effect: "Deny", Action: "*", Resource: deny });
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await world.iam("PutUserPolicy", { UserName: name, PolicyName: "p", PolicyDocument });
    const xml = await world.iam("CreateAccessKey", { UserName: name });
    const text = (element: string) => new RegExp(`<${element}>([^<]*)<`).exec(xml)![1]!;
    return { accessKeyId: text("AccessKeyId"), secretAccessKey: text("SecretAccessKey") };
  }

  before(async () => {
    world = await recordedWorld();
    const { call } = world;
    const { KeyMetadata } = await call<{ KeyMetadata: { Arn: string; KeyId: string } }>("kms.CreateKey", {});
    known.key = KeyMetadata.Arn;
    known.keyId = KeyMetadata.KeyId;
    await call("kms.CreateAlias", { AliasName: "alias/own", TargetKeyId: known.keyId });
    const secret = { Name: "team/own", SecretString: "s", ClientRequestToken: "0".repeat(32) };
    known.secret = (await call<{ ARN: string }>("secretsmanager.CreateSecret", secret)).ARN;
    for (const Name of ["/team/own", "own"]) await call("ssm.PutParameter", { Name, Value: "v", Type: "String" });
    await call("logs.CreateLogGroup", { logGroupName: "/team/own" });
    await call("ecr.CreateRepository", { repositoryName: "team/own" });
    await call("events.CreateEventBus", { Name: "own" });
    for (const EventBusName of ["default", "own"])
      await call("events.PutRule", { Name: "own", EventBusName, EventPattern: '{"source": ["s"]}' });
    denied = await user("denied", [
      ...[known.key, known.secret, inAccount("ssm", "parameter/team/own"), inAccount("ssm", "parameter/own")],
      ...[inAccount("logs", "log-group:/team/own"), inAccount("logs", "log-group:/team/own:*")],
      ...[inAccount("ecr", "repository/team/own"), inAccount("events", "event-bus/own")],
      ...[inAccount("events", "rule/own"), inAccount("events", "rule/own/own")],
    ]);
    free = await user("free", []);
  });
  after(() => world.close());

  const cases: readonly (readonly [target: string, text: () => string, input: (spelled: string) => object])[] = [
    ["kms.DescribeKey", () => known.key!, (KeyId) => ({ KeyId })],
    ["kms.DescribeKey", () => known.keyId!, (KeyId) => ({ KeyId })],
    ["kms.DescribeKey", () => "alias/own", (KeyId) => ({ KeyId })],
    ["kms.DescribeKey", () => inAccount("kms", "alias/own"), (KeyId) => ({ KeyId })],
    ["kms.GenerateDataKey", () => inAccount("kms", "alias/own"), (KeyId) => ({ KeyId, KeySpec: "AES_256" })],
    ["secretsmanager.GetSecretValue", () => known.secret!, (SecretId) => ({ SecretId })],
    ["secretsmanager.GetSecretValue", () => known.secret!.slice(0, -7), (SecretId) => ({ SecretId })],
    ["secretsmanager.GetSecretValue", () => "team/own", (SecretId) => ({ SecretId })],
    ["ssm.GetParameter", () => "/team/own", (Name) => ({ Name })],
    ["ssm.GetParameter", () => "own", (Name) => ({ Name })],
    ["ssm.GetParameter", () => inAccount("ssm", "parameter/team/own"), (Name) => ({ Name })],
    ["ssm.GetParameter", () => inAccount("ssm", "parameter/own"), (Name) => ({ Name })],
    ["ssm.GetParameterHistory", () => "own", (Name) => ({ Name })],
    ["logs.FilterLogEvents", () => "/team/own", (logGroupName) => ({ logGroupName })],
    ["logs.FilterLogEvents", () => inAccount("logs", "log-group:/team/own"), (id) => ({ logGroupIdentifier: id })],
    ["logs.ListTagsForResource", () => inAccount("logs", "log-group:/team/own"), (arn) => ({ resourceArn: arn })],
    ["ecr.GetRepositoryPolicy", () => "team/own", (repositoryName) => ({ repositoryName })],
    ["ecr.ListImages", () => "team/own", (repositoryName) => ({ repositoryName })],
    ["ecr.ListTagsForResource", () => inAccount("ecr", "repository/team/own"), (resourceArn) => ({ resourceArn })],
    ["events.DescribeEventBus", () => "own", (Name) => ({ Name })],
    ["events.DescribeEventBus", () => inAccount("events", "event-bus/own"), (Name) => ({ Name })],
    ["events.DescribeRule", () => "own", (Name) => ({ Name })],
    ["events.DescribeRule", () => inAccount("events", "event-bus/own"), (bus) => ({ Name: "own", EventBusName: bus })],
    ["events.ListTagsForResource", () => inAccount("events", "rule/own"), (ResourceARN) => ({ ResourceARN })],
    ["events.ListTagsForResource", () => inAccount("events", "rule/own/own"), (ResourceARN) => ({ ResourceARN })],
    ["events.ListTagsForResource", () => inAccount("events", "event-bus/own"), (ResourceARN) => ({ ResourceARN })],
  ];
  for (const [index, [target, text, input]] of cases.entries()) {
    it(`is refused ${target}, whatever it is called (${index})`, async () => {
      // Whoever may, gets it: what follows is of the policy.
      const mayHaveNone = target === "ecr.GetRepositoryPolicy";
      const own = world.call(target, input(text()), { credentials: free });
      if (mayHaveNone) await assert.rejects(own, /RepositoryPolicyNotFoundException/);
      else await own;
      for (const spelled of spellings(text())) {
        const asked = world.call(target, input(spelled), { credentials: denied });
        await assert.rejects(asked, (error) => error instanceof Refused, `${target} ${spelled}`);
      }
      await assert.rejects(world.call(target, input(text()), { credentials: denied }), /AccessDenied/);
    });
  }
});
