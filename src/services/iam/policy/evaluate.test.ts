// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like this.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compilePolicy } from "./compile.ts";
import { type Decision, evaluate, type PolicySets } from "./evaluate.ts";
import { refusalMessage } from "./message.ts";
import type { KeyValue, Principal } from "./request.ts";

const account = "123456789012";
const cluster = `arn:aws:ecs:us-east-1:${account}:cluster/web`;
const user: Principal = { kind: "user", account, arn: `arn:aws:iam::${account}:user/ada` };
const session: Principal = {
  kind: "role",
  account,
  arn: `arn:aws:sts::${account}:assumed-role/app/s1`,
  issuerArn: `arn:aws:iam::${account}:role/app`,
};
const foreigner: Principal = { kind: "user", account: "999999999999", arn: "arn:aws:iam::999999999999:user/eve" };

type Line = Record<string, unknown>;
const policy = (...statements: Line[]) =>
  compilePolicy(
    JSON.stringify({
      Version: "2012-10-17",
      Statement: statements.map((line) => ({ Effect: "Allow", Action: "*", Resource: "*", ...line })),
    }),
  );
const attach = (...statements: Line[]) => ({ id: "p", policy: policy(...statements) });
const nothing = attach({ Action: "x:Nothing" });
const everything = attach({});

interface Asked {
  readonly by?: Principal;
  readonly action?: string;
  readonly resource?: string;
  readonly keys?: Record<string, KeyValue>;
  readonly resourcePolicyRequired?: boolean;
}

function ask(sets: Partial<PolicySets>, asked: Asked = {}): Decision {
  const { by: principal = user, action = "ecs:RunTask", resource = cluster, keys = {} } = asked;
  const lower = new Map(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), value]));
  const options = {
    sameAccount: principal.account === account,
    ...(asked.resourcePolicyRequired && { resourcePolicyRequired: true }),
  };
  return evaluate({ identity: [], ...sets }, { action, resource, principal, keys: lower }, options);
}

describe("which kind of policy decides", () => {
  const deny = attach({ Effect: "Deny" });
  const toUser = attach({ Principal: { AWS: user.arn } });
  const toRole = attach({ Principal: { AWS: session.issuerArn } });
  const toSession = attach({ Principal: { AWS: session.arn } });
  const toAccount = attach({ Principal: { AWS: `arn:aws:iam::${account}:root` } });
  const toAnyone = attach({ Principal: "*" });
  const toForeigner = attach({ Principal: { AWS: "999999999999" } });
  const cases: [string, Partial<PolicySets>, Asked, string][] = [
    ["nothing allows", {}, {}, "implicitDeny identity"],
    ["the identity's policy", { identity: [everything] }, {}, "allowed"],
    ["a deny beats it", { identity: [everything, deny] }, {}, "explicitDeny identity"],
    ["the root", { identity: "all" }, {}, "allowed"],
    ["the boundary does not", { identity: [everything], boundary: nothing }, {}, "implicitDeny boundary"],
    ["the boundary denies", { identity: [everything], boundary: deny }, {}, "explicitDeny boundary"],
    ["the boundary alone", { boundary: everything }, {}, "implicitDeny identity"],
    ["a session without policies of its own", { identity: [everything], session: [] }, {}, "implicitDeny session"],
    ["one session policy of two", { identity: [everything], session: [nothing, everything] }, {}, "allowed"],
    ["a resource's policy for the user", { resource: toUser, boundary: nothing }, {}, "allowed"],
    [
      "its deny",
      { identity: [everything], resource: attach({ Effect: "Deny", Principal: "*" }) },
      {},
      "explicitDeny resource",
    ],
    ["for the role", { resource: toRole }, { by: session }, "allowed"],
    [
      "for the role, within the boundary",
      { resource: toRole, boundary: nothing },
      { by: session },
      "implicitDeny boundary",
    ],
    ["for the session itself", { resource: toSession, boundary: nothing, session: [] }, { by: session }, "allowed"],
    ["for anyone", { resource: toAnyone }, {}, "allowed"],
    [
      "for anyone, a role's session",
      { resource: toAnyone, session: [nothing] },
      { by: session },
      "implicitDeny session",
    ],
    ["for the account, which has its own say", { resource: toAccount }, {}, "implicitDeny identity"],
    ["for nobody signed", { resource: toAnyone }, { by: { kind: "anonymous", arn: "" } }, "implicitDeny identity"],
    ["across accounts, one side", { identity: [everything] }, { by: foreigner }, "implicitDeny resource"],
    ["across accounts, the other", { resource: toForeigner }, { by: foreigner }, "implicitDeny identity"],
    ["across accounts, both", { identity: [everything], resource: toForeigner }, { by: foreigner }, "allowed"],
    ["a key without a policy", { identity: "all" }, { resourcePolicyRequired: true }, "implicitDeny resource"],
    [
      "a key for the account",
      { identity: [everything], resource: toAccount },
      { resourcePolicyRequired: true },
      "allowed",
    ],
    ["a key for the user", { resource: toUser }, { resourcePolicyRequired: true }, "allowed"],
  ];
  for (const [name, sets, asked, wanted] of cases) {
    it(name, () => {
      const { effect, refusedBy } = ask(sets, asked);
      assert.equal(refusedBy === undefined ? effect : `${effect} ${refusedBy}`, wanted);
    });
  }

  it("names the statements that settled it", () => {
    const sets = { identity: [{ id: "mine", policy: policy({ Sid: "A" }, { Sid: "D", Effect: "Deny" }) }] };
    assert.deepEqual(ask(sets).matched, [{ kind: "identity", policyId: "mine", index: 1, sid: "D" }]);
    assert.equal(ask({ identity: [everything], boundary: nothing }).allowedByBoundary, false);
  });
});

describe("who is meant", () => {
  const role = (line: Line) => ask({ resource: attach(line) }, { by: session }).effect;
  const service: Principal = { kind: "service", arn: "", service: "ecs-tasks.amazonaws.com" };
  const token: Principal = { kind: "identity", arn: "", provider: `arn:aws:iam::${account}:oidc-provider/id.example` };
  const cases: [string, Principal, Line, string][] = [
    ["a service", service, { Principal: { Service: ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"] } }, "allowed"],
    ["another service", service, { Principal: { Service: "ec2.amazonaws.com" } }, "implicitDeny"],
    ["a service is not anyone", service, { Principal: { AWS: "111111111111" } }, "implicitDeny"],
    ["an identity provider", token, { Principal: { Federated: token.provider } }, "allowed"],
    ["another provider", token, { Principal: { Federated: "cognito-identity.amazonaws.com" } }, "implicitDeny"],
    ["all but the user", user, { NotPrincipal: { AWS: user.arn } }, "implicitDeny"],
    ["all but another", user, { NotPrincipal: { AWS: foreigner.arn } }, "allowed"],
  ];
  for (const [name, by, line, wanted] of cases) {
    it(name, () => {
      const sets = { resource: attach(line) };
      const { effect } = evaluate(
        { identity: [], ...sets },
        { action: "sts:AssumeRole", resource: "*", principal: by, keys: new Map() },
        { sameAccount: true, resourcePolicyRequired: true },
      );
      assert.equal(effect, wanted);
    });
  }
  it("a denied NotPrincipal excepts only who is named with account and role", () => {
    const allow = { Principal: "*" };
    const deny = (...AWS: unknown[]) =>
      ask({ resource: attach(allow, { Effect: "Deny", NotPrincipal: { AWS } }) }, { by: session }).effect;
    assert.equal(deny(session.arn), "explicitDeny");
    assert.equal(deny(session.arn, session.issuerArn, account), "allowed");
    assert.equal(role(allow), "allowed");
  });
});

describe("conditions", () => {
  const tags = { "aws:TagKeys": ["team", "cost"] };
  const cases: [Record<string, Record<string, unknown>>, Record<string, KeyValue>, boolean][] = [
    [{ StringEquals: { "aws:username": "ada" } }, { "aws:UserName": "ada" }, true],
    [{ StringEquals: { "aws:username": ["bob", "ada"] } }, { "aws:username": "ada" }, true],
    [{ StringEquals: { "aws:username": "ada" } }, {}, false],
    [{ StringEqualsIfExists: { "aws:username": "ada" } }, {}, true],
    [{ StringNotEquals: { "aws:username": "ada" } }, {}, true],
    [{ StringNotEquals: { "aws:username": ["ada", "bob"] } }, { "aws:username": "bob" }, false],
    [{ StringEqualsIgnoreCase: { "aws:username": "ADA" } }, { "aws:username": "ada" }, true],
    [{ StringLike: { "aws:username": "a?a*" } }, { "aws:username": "ada" }, true],
    [{ StringLike: { "aws:username": "a${*}" } }, { "aws:username": "ada" }, false],
    [{ StringEquals: { "ecs:x": "${aws:username}" } }, { "aws:username": "ada", "ecs:x": "ada" }, true],
    [{ StringNotEquals: { "ecs:x": "${aws:username}" } }, { "ecs:x": "ada" }, false],
    [{ StringEquals: { "ecs:x": "${aws:username, 'none'}" } }, { "ecs:x": "none" }, true],
    [{ StringLike: { "ecs:x": "${constructor}" } }, { "ecs:x": "ada" }, false],
    [{ StringNotLike: { "ecs:x": "${constructor}" } }, { "ecs:x": "ada" }, false],
    [{ Null: { constructor: "false" } }, { "ecs:x": "ada" }, false],
    [{ StringLike: { "ecs:x": "${aws:username}" } }, { "aws:username": "a*", "ecs:x": "ada" }, false],
    [{ NumericLessThan: { "aws:MultiFactorAuthAge": 3600 } }, { "aws:MultiFactorAuthAge": "300" }, true],
    [{ NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } }, { "aws:MultiFactorAuthAge": "soon" }, false],
    [{ DateGreaterThan: { "aws:CurrentTime": "2026-01-01" } }, { "aws:CurrentTime": "1767225601" }, true],
    [{ Bool: { "aws:SecureTransport": false } }, { "aws:SecureTransport": "false" }, true],
    [{ Bool: { "aws:MultiFactorAuthPresent": "true" } }, {}, false],
    [{ BinaryEquals: { "x:y": "QmluYXJ5" } }, { "x:y": "QmluYXJ5" }, true],
    [{ IpAddress: { "aws:SourceIp": "203.0.113.0/24" } }, { "aws:SourceIp": "::ffff:203.0.113.9" }, true],
    [{ IpAddress: { "aws:SourceIp": "2001:db8::/33" } }, { "aws:SourceIp": "2001:db8:7fff::1" }, true],
    [{ IpAddress: { "aws:SourceIp": "2001:db8::/33" } }, { "aws:SourceIp": "2001:db8:8000::1" }, false],
    [{ NotIpAddress: { "aws:SourceIp": "no address" } }, { "aws:SourceIp": "10.0.0.1" }, false],
    [{ ArnLike: { "aws:SourceArn": "arn:aws:sns:*:1:*" } }, { "aws:SourceArn": "arn:aws:sns:eu-west-1:1:a:b" }, true],
    [{ ArnEquals: { "aws:SourceArn": "arn:aws:sns:*:b" } }, { "aws:SourceArn": "arn:aws:sns:a:1:b" }, false],
    [{ Null: { "aws:TokenIssueTime": "true" } }, {}, true],
    [{ Null: { "aws:TagKeys": true } }, { "aws:TagKeys": [] }, true],
    [{ "ForAllValues:StringEquals": { "aws:TagKeys": ["team", "cost", "x"] } }, tags, true],
    [{ "ForAllValues:StringEquals": { "aws:TagKeys": "team" } }, tags, false],
    [{ "ForAllValues:StringEquals": { "aws:TagKeys": "team" } }, {}, true],
    [{ "ForAnyValue:StringEquals": { "aws:TagKeys": "team" } }, tags, true],
    [{ "ForAnyValue:StringEquals": { "aws:TagKeys": "team" } }, {}, false],
    [{ "ForAnyValue:StringNotEquals": { "aws:TagKeys": "team" } }, tags, true],
    [{ "ForAllValues:StringNotEquals": { "aws:TagKeys": "team" } }, tags, false],
    [{ NoSuchOperator: { "aws:username": "ada" } }, { "aws:username": "ada" }, false],
  ];
  for (const [Condition, keys, wanted] of cases) {
    it(`${JSON.stringify(Condition)} of ${JSON.stringify(keys)}`, () => {
      assert.equal(ask({ identity: [attach({ Condition })] }, { keys }).effect === "allowed", wanted);
    });
  }
});

describe("resources and actions", () => {
  const cases: [Line, Asked, boolean][] = [
    [{ Action: "ecs:run*" }, {}, true],
    [{ Action: undefined, NotAction: "ecs:*" }, {}, false],
    [{ Action: undefined, NotAction: "ec2:*" }, {}, true],
    [{ Resource: "arn:aws:ecs:*:*:cluster/w?b" }, {}, true],
    [{ Resource: "arn:aws:ecs:*:cluster/web" }, {}, false],
    [{ Resource: "arn:aws:ecs" }, {}, true],
    [{ Resource: undefined, NotResource: cluster }, {}, false],
    [
      { Resource: "arn:aws:s3:::home/${aws:username}/*" },
      { resource: "arn:aws:s3:::home/ada/x", keys: { "aws:username": "ada" } },
      true,
    ],
    [{ Resource: "arn:aws:s3:::home/${aws:username}/*" }, { resource: "arn:aws:s3:::home//x" }, false],
    [{ Resource: undefined, NotResource: "arn:aws:s3:::${aws:username}" }, {}, false],
    [{ Resource: "arn:aws:ecs:*" }, { resource: "*" }, false],
  ];
  for (const [line, asked, wanted] of cases) {
    it(`${JSON.stringify(line)} ${asked.resource ?? ""}`, () => {
      assert.equal(ask({ identity: [attach(line)] }, asked).effect === "allowed", wanted);
    });
  }

  it("version 2008-10-17 knows no variables", () => {
    const text = { Statement: { Effect: "Allow", Action: "*", Resource: "arn:aws:s3:::${aws:username}" } };
    const sets = { identity: [{ id: "p", policy: compilePolicy(JSON.stringify(text)) }] };
    const keys = { "aws:username": "ada" };
    assert.equal(ask(sets, { keys, resource: "arn:aws:s3:::ada" }).effect, "implicitDeny");
    assert.equal(ask(sets, { keys, resource: "arn:aws:s3:::${aws:username}" }).effect, "allowed");
  });

  it("patterns made to be slow are not", () => {
    const resource = `arn:aws:s3:::${"a".repeat(2000)}`;
    const slow = attach({ Resource: `arn:aws:s3:::${"*a".repeat(500)}b` });
    assert.equal(ask({ identity: [slow] }, { resource }).effect, "implicitDeny");
  });
});

describe("the words of a refusal", () => {
  const refusal = { callerArn: user.arn, action: "ecs:RunTask", resource: cluster };
  const start = `User: ${user.arn} is not authorized to perform: ecs:RunTask on resource: ${cluster}`;
  const cases: [Decision, string][] = [
    [ask({}), `${start} because no identity-based policy allows the ecs:RunTask action`],
    [
      ask({ identity: [everything], boundary: attach({ Effect: "Deny" }) }),
      `${start} with an explicit deny in a permissions boundary`,
    ],
    [ask({ identity: [everything], session: [] }), `${start} because no session policy allows the ecs:RunTask action`],
    [ask({ identity: [attach({ Effect: "Deny" })] }), `${start} with an explicit deny in an identity-based policy`],
  ];
  for (const [decision, wanted] of cases) it(wanted, () => assert.equal(refusalMessage(refusal, decision), wanted));

  it("name no resource where there is none", () => {
    const words = refusalMessage({ callerArn: user.arn, action: "ecs:RunTask" }, ask({}));
    assert.match(words, /perform: ecs:RunTask because no/);
  });
});
