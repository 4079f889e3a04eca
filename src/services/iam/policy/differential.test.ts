// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like this.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Random, seededRandom } from "#kernel/random.ts";
import { policyCompiler } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import type { Principal } from "./request.ts";
import { type NaiveCaller, type NaivePolicies, type NaiveRequest, naiveDecision } from "./testing/naive.ts";

/** Random policies and requests, few enough of each kind that they meet, against the evaluator written for tests. */

const rounds = Number(process.env.ESTIVA_POLICY_ROUNDS ?? 4000);
const requestsPerRound = 12;
const accounts = ["111111111111", "222222222222"];
const actions = ["ecs:RunTask", "ecs:StopTask", "ec2:DescribeVpcs", "iam:PassRole", "s3:GetObject"];
const actionPatterns = [...actions, "*", "ecs:*", "ECS:run*", "*:*Task", "ec2:Describe????", "i?m:*"];
const resources = [
  "*",
  "arn:aws:ecs:us-east-1:111111111111:task/web/1",
  "arn:aws:ecs:us-east-1:222222222222:task/web/2",
  "arn:aws:ecs:eu-west-1:111111111111:service/alice/api",
  "arn:aws:s3:::bucket/home/alice/x*y",
  "arn:aws:logs:us-east-1:111111111111:log-group:/app:log-stream:a",
];
const resourcePatterns = [
  ...resources,
  "arn:aws:ecs:*:*:*",
  "arn:aws:ecs:us-*:111111111111:task/*",
  "arn:aws:*:*:${aws:PrincipalAccount}:*/${aws:username}/*",
  "arn:aws:s3:::bucket/home/${aws:username, 'alice'}/*",
  "arn:aws:s3:::bucket/home/alice/x${*}y",
  "arn:aws:logs:us-east-1:111111111111:log-group:*:a",
  "arn:aws:ecs",
  "arn:*:ecs:*:task/*",
];
const keys = [
  "aws:username",
  "aws:SourceIp",
  "aws:CurrentTime",
  "aws:TagKeys",
  "ecs:cluster",
  "aws:MultiFactorAuthAge",
  "aws:SecureTransport",
  "x:bytes",
];
const values: Readonly<Record<string, readonly string[]>> = {
  "aws:username": ["alice", "Alice", "bob", "${aws:PrincipalTag/name}", "al*", "${*}", "?ob"],
  "aws:SourceIp": ["10.0.0.0/8", "10.1.2.3", "192.168.0.0/31", "0.0.0.0/0"],
  "aws:CurrentTime": ["2026-01-01T00:00:00Z", "1767225600", "2026-06-01T12:00:00+02:00"],
  "aws:TagKeys": ["team", "cost", "t*", "${aws:username}"],
  "ecs:cluster": ["arn:aws:ecs:us-east-1:111111111111:cluster/web", "arn:aws:ecs:*:*:cluster/*", "arn:*"],
  "aws:MultiFactorAuthAge": ["300", "300.0", "3600", "-1"],
  "aws:SecureTransport": ["true", "TRUE", "false", "False"],
  // The second and the third are the same bytes.
  "x:bytes": ["QmluYXJ5", "QQ==", "QQ", ""],
};
const operatorsOf: Readonly<Record<string, readonly string[]>> = {
  "aws:username": strings(),
  "aws:SourceIp": ["IpAddress", "NotIpAddress", ...strings()],
  "aws:CurrentTime": comparisons("Date"),
  "aws:TagKeys": strings().flatMap((name) => [`ForAllValues:${name}`, `ForAnyValue:${name}`, name]),
  "ecs:cluster": ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike"],
  "aws:MultiFactorAuthAge": comparisons("Numeric"),
  "aws:SecureTransport": ["Bool", "ForAllValues:Bool", "ForAnyValue:Bool"],
  "x:bytes": ["BinaryEquals", "ForAnyValue:BinaryEquals"],
};

function strings(): string[] {
  return ["Equals", "EqualsIgnoreCase", "Like"].flatMap((name) => [`String${name}`, `StringNot${name}`]);
}

function comparisons(type: string): string[] {
  const names = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];
  return names.map((name) => type + name);
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random.float() * items.length)]!;
}

function some<T>(random: Random, items: readonly T[]): T | T[] {
  if (random.float() < 0.6) return pick(random, items);
  return Array.from({ length: 1 + Math.floor(random.float() * 3) }, () => pick(random, items));
}

const callers: readonly NaiveCaller[] = accounts.flatMap((account): NaiveCaller[] => [
  { kind: "root", account, arn: `arn:aws:iam::${account}:root` },
  { kind: "user", account, arn: `arn:aws:iam::${account}:user/alice` },
  {
    kind: "role",
    account,
    arn: `arn:aws:sts::${account}:assumed-role/app/s1`,
    roleArn: `arn:aws:iam::${account}:role/app`,
  },
]);
const principals = [
  ...accounts,
  ...accounts.map((account) => `arn:aws:iam::${account}:root`),
  ...callers.flatMap(({ arn, roleArn }) => [arn, roleArn ?? "*"]),
];

function randomStatement(random: Random, inResourcePolicy: boolean): object {
  const not = (name: string, often: number) => (random.float() < often ? `Not${name}` : name);
  const condition: Record<string, Record<string, unknown>> = {};
  while (random.float() < 0.45) {
    const key = pick(random, keys);
    const isNull = random.float() < 0.15;
    const base = isNull ? "Null" : pick(random, operatorsOf[key]!);
    const operator = !isNull && random.float() < 0.2 ? `${base}IfExists` : base;
    condition[operator] = { [key]: isNull ? pick(random, ["true", "false"]) : some(random, values[key]!) };
  }
  const anyone = random.float() < 0.2;
  return {
    Effect: random.float() < 0.7 ? "Allow" : "Deny",
    [not("Action", 0.15)]: some(random, actionPatterns),
    [not("Resource", 0.15)]: random.float() < 0.3 ? "*" : some(random, resourcePatterns),
    ...(inResourcePolicy && { [not("Principal", 0.2)]: anyone ? "*" : { AWS: some(random, principals) } }),
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

function randomPolicy(random: Random, inResourcePolicy = false): string {
  const count = 1 + Math.floor(random.float() * 3);
  const Statement = Array.from({ length: count }, () => randomStatement(random, inResourcePolicy));
  return JSON.stringify({ Version: random.float() < 0.85 ? "2012-10-17" : "2008-10-17", Statement });
}

function randomPolicies(random: Random): NaivePolicies {
  const several = (most: number) =>
    Array.from({ length: Math.floor(random.float() * (most + 1)) }, () => randomPolicy(random));
  return {
    identity: several(3),
    ...(random.float() < 0.3 && { boundary: randomPolicy(random) }),
    ...(random.float() < 0.3 && { session: several(2) }),
    ...(random.float() < 0.6 && { resource: randomPolicy(random, true) }),
  };
}

function randomRequest(random: Random): NaiveRequest {
  const context: Record<string, string | string[]> = {};
  const set = (key: string, often: number, value: () => string | string[]) => {
    if (random.float() < often) context[key.toLowerCase()] = value();
  };
  const caller = pick(random, callers);
  set("aws:PrincipalAccount", 1, () => caller.account);
  set("aws:username", 0.7, () => pick(random, ["alice", "ALICE", "bob", "*"]));
  set("aws:PrincipalTag/name", 0.5, () => pick(random, ["alice", "al*"]));
  set("aws:SourceIp", 0.8, () => pick(random, ["10.1.2.3", "192.168.0.1", "192.168.0.2"]));
  set("aws:CurrentTime", 0.9, () => pick(random, ["2026-01-01T00:00:00Z", "2026-06-01T10:00:00Z", "2027-01-01"]));
  set("aws:TagKeys", 0.6, () => ["team", "cost", "alice", ""].filter(() => random.float() < 0.4));
  set("ecs:cluster", 0.6, () => pick(random, values["ecs:cluster"]!));
  set("aws:MultiFactorAuthAge", 0.5, () => pick(random, ["300", "299.5", "86400"]));
  set("aws:SecureTransport", 0.7, () => pick(random, ["true", "false"]));
  set("x:bytes", 0.6, () => pick(random, ["QmluYXJ5", "QQ==", "QUI=", ["QQ==", "QUI="]]));
  return { caller, action: pick(random, actions), resource: pick(random, resources), context };
}

function decide(
  compile: ReturnType<typeof policyCompiler>,
  policies: NaivePolicies,
  request: NaiveRequest,
  to: string,
) {
  const attach = (text: string) => ({ id: "p", policy: compile(text) });
  const { kind, account, arn, roleArn } = request.caller;
  const principal: Principal = { kind, account, arn, ...(roleArn && { issuerArn: roleArn }) };
  const { boundary, session, resource } = policies;
  return evaluate(
    {
      identity: policies.identity.map(attach),
      ...(boundary && { boundary: attach(boundary) }),
      ...(session && { session: session.map(attach) }),
      ...(resource && { resource: attach(resource) }),
    },
    { ...request, principal, keys: new Map(Object.entries(request.context)) },
    { sameAccount: account === to },
  ).effect;
}

test("the evaluator and the naive one agree", () => {
  const random = seededRandom(20260101);
  const compile = policyCompiler(50);
  const seen = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const policies = randomPolicies(random);
    for (let i = 0; i < requestsPerRound; i++) {
      const request = randomRequest(random);
      const to = pick(random, accounts);
      const wanted = naiveDecision(policies, request, to);
      const given = decide(compile, policies, request, to);
      assert.equal(given, wanted, JSON.stringify({ policies, request, to }, undefined, 1));
      seen.set(given, (seen.get(given) ?? 0) + 1);
    }
  }
  for (const effect of ["allowed", "explicitDeny", "implicitDeny"]) {
    assert.ok((seen.get(effect) ?? 0) > (rounds * requestsPerRound) / 50, `${effect}: ${seen.get(effect)}`);
  }
});
