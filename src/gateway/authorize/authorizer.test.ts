import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Fault } from "#kernel/fault.ts";
import type { Caller, RequestContext, ServiceModule } from "#kernel/handler.ts";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { ec2Authorization } from "#services/ec2/authorization.ts";
import { collections as ec2Collections } from "#services/ec2/index.ts";
import { vpcKey } from "#services/ec2/model.ts";
import { ecsAuthorization } from "#services/ecs/authorization.ts";
import { ecsCollections } from "#services/ecs/index.ts";
import { clusterKey } from "#services/ecs/model.ts";
import { placeInCluster } from "#services/ecs/tasks/lookup.ts";
import { iamCollections } from "#services/iam/index.ts";
import { createAuthorization as createStsAuthorization } from "#services/sts/authorization.ts";
import { decodeAuthorizationMessage } from "#services/sts/operations/decode-authorization-message.ts";
import type { StsParts } from "#services/sts/parts.ts";
import { createStore, memoryEngine, type StoreHost } from "#store/index.ts";
import { type FaultStyle, faultStyleOf } from "#wire/faults.ts";
import { loadModel } from "#wire/model.ts";
import { addRole, addUser, document } from "../../../test/support/iam.ts";
import { type Authorizer, createAuthorizer } from "./authorizer.ts";

const account = "111111111111";
const other = "222222222222";
const region = "us-east-1";
const clock = new VirtualClock();
const secretBox = createSecretBox(new Uint8Array(32), seededRandom(1));
const cluster = (name: string) => `arn:aws:ecs:${region}:${account}:cluster/${name}`;
const role = (name: string, of = account) => `arn:aws:iam::${of}:role/${name}`;
const root: Caller = { arn: `arn:aws:iam::${account}:root`, userId: account, account, accessKeyId: "A", type: "Root" };

/** Takes the code `123456`. */
const secondFactor = {
  check: (_: unknown, __: unknown, ___: string, code: string) => (code === "123456" ? 1 : undefined),
};

const modules = { ecs: ecsAuthorization, ec2: ec2Authorization, sts: createStsAuthorization(secondFactor) };
const services = Object.entries(modules).map(
  ([name, authorization]): ServiceModule => ({ name, operations: {}, controllers: [], collections: [], authorization }),
);

let store: StoreHost;
let authorizer: Authorizer;
let users = 0;

before(async () => {
  const collections = [...ecsCollections, ...ec2Collections, ...iamCollections];
  store = await createStore({ engine: memoryEngine({ clock }), collections, clock });
  authorizer = createAuthorizer({ services, store, clock, secretBox });
  const tags = [{ key: "team", value: "blue" }];
  const web = { clusterName: "web", clusterArn: cluster("web"), account, region, status: "ACTIVE", tags };
  const more = { settings: [], capacityProviders: [], defaultCapacityProviderStrategy: [], createdAt: 0 };
  await store.as("api").commit({ put: [{ key: clusterKey({ account, region }, "web"), value: { ...web, ...more } }] });
  const vpc = { account, region, vpcId: "vpc-1", cidrBlock: "10.0.0.0/16", tags, createdAt: 0 };
  await store.as("api").commit({ put: [{ key: vpcKey({ account, region }, "vpc-1"), value: vpc }] });
});

/** A new user with this policy. */
const user = (policy?: string, more = {}) => addUser(store.as("api"), account, `u${++users}`, policy, more);

/** Undefined when allowed, else the fault. */
function ask(caller: Caller, service: string, name: string, input: Record<string, unknown>): Fault | undefined {
  const model = loadModel(service);
  const style: FaultStyle = faultStyleOf(model.protocols[0]!);
  const origin = { secure: false, sourceIp: "10.1.2.3", userAgent: "test/1" };
  const operation = model.operation(name)!;
  try {
    authorizer.authorize({ caller, operation, input, account: caller.account, region, style, origin });
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return error;
  }
  return undefined;
}

describe("who may", () => {
  it("the root everything in its account, nothing in another", () => {
    assert.equal(ask(root, "ecs", "DeleteCluster", { cluster: "web" }), undefined);
    const foreign = cluster("web").replace(account, other);
    assert.equal(ask(root, "ecs", "DeleteCluster", { cluster: foreign })?.code, "AccessDeniedException");
  });

  it("a user what its policies allow, told in AWS's words", async () => {
    const nobody = await user();
    const fault = ask(nobody, "ecs", "DeleteCluster", { cluster: "web" });
    assert.equal(fault?.code, "AccessDeniedException");
    assert.equal(
      fault?.message,
      `User: ${nobody.arn} is not authorized to perform: ecs:DeleteCluster on resource: ${cluster("web")} because no ` +
        "identity-based policy allows the ecs:DeleteCluster action",
    );
    const one = await user(document({ Action: "ecs:Delete*", Resource: cluster("web") }));
    assert.equal(ask(one, "ecs", "DeleteCluster", { cluster: "web" }), undefined);
    assert.equal(ask(one, "ecs", "DeleteCluster", { cluster: "dev" })?.code, "AccessDeniedException");
    assert.match(ask(one, "ecs", "ListClusters", {})!.message, /perform: ecs:ListClusters on resource: \* because/);
  });

  it("nobody whose user is gone, or has come anew under its name", async () => {
    const gone = { ...(await user(document())), userId: "AIDAANOTHER" };
    assert.equal(ask(gone, "ecs", "ListClusters", {})?.code, "AccessDeniedException");
  });

  it("nobody but the root what no table says", async () => {
    const all = await user(document());
    assert.equal(ask(all, "logs", "DescribeLogGroups", {})?.code, "AccessDeniedException");
    assert.equal(ask(root, "logs", "DescribeLogGroups", {}), undefined);
  });

  it("sessions within their policies, boundaries above all", async () => {
    const session = await addRole(store.as("api"), account, "app");
    assert.equal(ask(session, "ecs", "ListClusters", {}), undefined);
    const limited = { ...session, session: { ...session.session!, policies: [document({ Action: "ec2:*" })] } };
    assert.match(ask(limited, "ecs", "ListClusters", {})!.message, /no session policy allows/);
    const unreadable = { ...session, session: { ...session.session!, policies: ["{"] } };
    assert.match(ask(unreadable, "ecs", "ListClusters", {})!.message, /explicit deny in a session policy/);
    const bounded = await user(document(), { permissionsBoundary: "arn:aws:iam::aws:policy/NoSuchPolicy" });
    assert.match(ask(bounded, "ecs", "ListClusters", {})!.message, /explicit deny in a permissions boundary/);
  });

  it("a session by its own tags before its role's, however those are spelt", async () => {
    const policy = document({ Condition: { StringEquals: { "aws:PrincipalTag/team": "session" } } });
    const caller = await addRole(store.as("api"), account, "tagged", {
      policy,
      tags: [{ key: "Team", value: "role" }],
    });
    assert.equal(ask(caller, "ecs", "ListClusters", {})?.code, "AccessDeniedException");
    const tagged = { ...caller, session: { ...caller.session!, tags: { team: "session" } } };
    assert.equal(ask(tagged, "ecs", "ListClusters", {}), undefined);
  });

  it("a session by what its identity provider said", async () => {
    const policy = document({ Condition: { StringEquals: { "idp.test/a:Sub": "me" } } });
    const caller = await addRole(store.as("api"), account, "web", { policy });
    const told = (sub: string) => ({ ...caller.session!, federationKeys: { "idp.test/A:sub": sub } });
    const code = (sub: string) => ask({ ...caller, session: told(sub) }, "ecs", "ListClusters", {})?.code;
    assert.deepEqual([code("me"), code("eve")], [undefined, "AccessDeniedException"]);
  });

  it("a federated user only what its session's policies say", async () => {
    const session = { issuedAt: 0, issuerArn: root.arn, issuerId: account, policies: [] as string[], tags: {} };
    const arn = `arn:aws:sts::${account}:federated-user/f`;
    const federated: Caller = { ...root, type: "FederatedUser", arn, userId: `${account}:f`, session };
    assert.match(ask(federated, "ecs", "ListClusters", {})!.message, /no session policy allows/);
    const given = { ...federated, session: { ...session, policies: [document()] } };
    assert.equal(ask(given, "ecs", "ListClusters", {}), undefined);
  });
});

describe("condition keys", () => {
  const cases: [string, Record<string, unknown>, string, Record<string, unknown>, boolean][] = [
    ["ecs:cluster", { ArnEquals: { "ecs:cluster": cluster("web") } }, "StopTask", { cluster: "web", task: "1" }, true],
    ["another cluster", { ArnEquals: { "ecs:cluster": cluster("web") } }, "StopTask", { task: "1" }, false],
    [
      "ecs:container-name",
      { StringEquals: { "ecs:container-name": "app" }, ArnEquals: { "ecs:cluster": cluster("web") } },
      "ExecuteCommand",
      { cluster: "web", task: "1", container: "app", command: "sh", interactive: true },
      true,
    ],
    [
      "another ecs:container-name",
      { StringEquals: { "ecs:container-name": "app" } },
      "ExecuteCommand",
      { cluster: "web", task: "1", container: "db", command: "sh", interactive: true },
      false,
    ],
    [
      "no ecs:container-name",
      { StringEquals: { "ecs:container-name": "app" } },
      "ExecuteCommand",
      { cluster: "web", task: "1", command: "sh", interactive: true },
      false,
    ],
    [
      "aws:ResourceTag",
      { StringEquals: { "aws:ResourceTag/Team": "blue" } },
      "DeleteCluster",
      { cluster: "web" },
      true,
    ],
    [
      "ecs:ResourceTag",
      { StringEquals: { "ecs:ResourceTag/team": "red" } },
      "DeleteCluster",
      { cluster: "web" },
      false,
    ],
    ["no such cluster", { StringEquals: { "aws:ResourceTag/team": "blue" } }, "DeleteCluster", { cluster: "x" }, false],
    [
      "aws:RequestTag",
      { StringEquals: { "aws:RequestTag/team": "blue" } },
      "CreateCluster",
      { clusterName: "n", tags: [{ key: "team", value: "blue" }] },
      true,
    ],
    [
      "aws:TagKeys",
      { "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } },
      "UntagResource",
      { resourceArn: cluster("web"), tagKeys: ["team", "cost"] },
      false,
    ],
    ["aws:SourceIp", { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, "ListClusters", {}, true],
    ["aws:RequestedRegion", { StringEquals: { "aws:RequestedRegion": "eu-west-1" } }, "ListClusters", {}, false],
    ["aws:username", { StringLike: { "aws:username": "u*" } }, "ListClusters", {}, true],
    ["aws:PrincipalTag", { StringEquals: { "aws:PrincipalTag/stage": "test" } }, "ListClusters", {}, true],
    ["aws:SecureTransport", { Bool: { "aws:SecureTransport": "true" } }, "ListClusters", {}, false],
    [
      "no second factor is known of",
      { BoolIfExists: { "aws:MultiFactorAuthPresent": "true" } },
      "ListClusters",
      {},
      true,
    ],
    ["aws:TokenIssueTime", { Null: { "aws:TokenIssueTime": "false" } }, "ListClusters", {}, false],
    ["aws:CurrentTime", { DateLessThan: { "aws:CurrentTime": "2026-01-02" } }, "ListClusters", {}, true],
  ];
  for (const [name, Condition, operation, input, wanted] of cases) {
    it(name, async () => {
      const caller = await user(document({ Condition }), { tags: [{ key: "stage", value: "test" }] });
      assert.equal(ask(caller, "ecs", operation, input) === undefined, wanted);
    });
  }
});

describe("a resource that has other spellings", () => {
  const named = (kind: string, name: string) => `arn:aws:ecs:${region}:${account}:${kind}/web/${name}`;
  const spellings = (kind: string): readonly string[] => [
    "victim",
    named(kind, "victim"),
    `arn:aws:ecs:${region}:${account}:${kind}/victim`,
    `arn:x:ecs:${region}:${account}:${kind}/web/victim`,
    `arn:aws-cn:ecs:${region}:${account}:${kind}/web/victim`,
    `arn:aws:s3:${region}:${account}:${kind}/web/victim`,
    `arn:aws:ecs:${region}::${kind}/web/victim`,
    `arn:aws:ecs:eu-west-1:${account}:${kind}/web/victim`,
    `arn:aws:ecs:${region}:${other}:${kind}/web/victim`,
    `arn:aws:ecs:${region}:${account}:${kind}/web/own/victim`,
    `arn:aws:ecs:${region}:${account}:${kind}/web//victim`,
    `arn:aws:ecs:${region}:${account}:${kind}/other/victim`,
  ];
  const asked = [
    ["task", "ExecuteCommand", "task"],
    ["task", "StopTask", "task"],
    ["service", "DeleteService", "service"],
  ] as const;
  for (const [kind, operation, member] of asked) {
    it(`is denied under all of them, or they mean nothing: ${operation}`, async () => {
      const deny = { Effect: "Deny", Action: "*", Resource: named(kind, "victim") };
      const caller = await user(document({ Action: "ecs:*" }, deny));
      const refused = (text: string) => {
        const input = { cluster: "web", [member]: text, command: "sh", interactive: true };
        return authorizer.checkCall({ service: "ecs", operation, input, caller, account, region }) !== undefined;
      };
      assert.equal(refused("own"), false);
      for (const text of spellings(kind)) {
        const found = placeInCluster({ account, region }, kind, text);
        const means = found?.name === "victim" && (found.clusterName ?? "web") === "web";
        assert.ok(refused(text) || !means, text);
      }
    });
  }
});

describe("what an operation needs besides", () => {
  const definition = {
    family: "app",
    containerDefinitions: [],
    taskRoleArn: role("task"),
    executionRoleArn: role("exec"),
  };

  it("iam:PassRole for the roles of a task definition", async () => {
    const without = await user(document({ Action: "ecs:*" }));
    assert.match(
      ask(without, "ecs", "RegisterTaskDefinition", definition)!.message,
      /iam:PassRole on resource: .*role\/task/,
    );
    const statement = { Action: "iam:PassRole", Resource: role("*") };
    const toTasks = { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } };
    const able = await user(document({ Action: "ecs:*" }, { ...statement, Condition: toTasks }));
    assert.equal(ask(able, "ecs", "RegisterTaskDefinition", definition), undefined);
    const toOthers = { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } };
    const unable = await user(document({ Action: "ecs:*" }, { ...statement, Condition: toOthers }));
    assert.match(ask(unable, "ecs", "RegisterTaskDefinition", definition)!.message, /iam:PassRole/);
  });

  it("no role of another account can be passed", async () => {
    const foreign = { ...definition, taskRoleArn: role("task", other) };
    assert.match(ask(root, "ecs", "RegisterTaskDefinition", foreign)!.message, /iam:PassRole/);
  });

  it("ecs:TagResource to tag what is made", async () => {
    const caller = await user(document({ Action: "ecs:CreateCluster" }));
    const tags = [{ key: "team", value: "blue" }];
    assert.equal(ask(caller, "ecs", "CreateCluster", { clusterName: "n" }), undefined);
    assert.match(ask(caller, "ecs", "CreateCluster", { clusterName: "n", tags })!.message, /ecs:TagResource/);
  });
});

describe("EC2", () => {
  it("names resources by their ids, and seals the details of a refusal", async () => {
    const caller = await user(
      document({ Action: "ec2:*", Condition: { StringEquals: { "ec2:ResourceTag/team": "red" } } }),
    );
    const fault = ask(caller, "ec2", "DeleteVpc", { VpcId: "vpc-1" });
    assert.equal(fault?.code, "UnauthorizedOperation");
    const vpc = `arn:aws:ec2:${region}:${account}:vpc/vpc-1`;
    const start =
      `You are not authorized to perform this operation. User: ${caller.arn} is not authorized to perform: ` +
      `ec2:DeleteVpc on resource: ${vpc} because no identity-based policy allows the ec2:DeleteVpc action. ` +
      "Encoded authorization failure message: ";
    assert.ok(fault?.message.startsWith(start), fault?.message);
    const EncodedMessage = fault!.message.slice(start.length);
    const decode = decodeAuthorizationMessage({ secretBox } as StsParts);
    const context = (of: string) =>
      ({ account: of, fault: (code: string, words: string) => new Fault(code, words) }) as RequestContext;
    const { DecodedMessage } = await decode({ EncodedMessage }, context(account));
    const { allowed, explicitDeny, context: told } = JSON.parse(DecodedMessage!);
    assert.deepEqual([allowed, explicitDeny, told.action, told.resource], [false, false, "ec2:DeleteVpc", vpc]);
    await assert.rejects(decode({ EncodedMessage }, context(other)), { code: "InvalidAuthorizationMessageException" });
    await assert.rejects(decode({ EncodedMessage: "x" }, context(account)), /Message is not valid/);
  });

  it("tells no resource of lists", async () => {
    assert.match(ask(await user(), "ec2", "DescribeVpcs", {})!.message, /perform: ec2:DescribeVpcs because no/);
  });
});

describe("AssumeRole", () => {
  const assume = (caller: Caller, name: string, more = {}) =>
    ask(caller, "sts", "AssumeRole", { RoleArn: role(name), RoleSessionName: "s", ...more });
  const trust = (line: Record<string, unknown>) =>
    JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "sts:AssumeRole", ...line } });

  it("needs the role's trust, and the caller's permission where it trusts the account", async () => {
    await addRole(store.as("api"), account, "own", { trust: trust({ Principal: { AWS: account } }) });
    const may = await user(document({ Action: "sts:AssumeRole", Resource: role("own") }));
    assert.equal(assume(may, "own"), undefined);
    assert.equal(assume(await user(), "own")?.code, "AccessDenied");
  });

  it("tells the same of a role that does not trust and of one that does not exist", async () => {
    await addRole(store.as("api"), account, "closed", {
      trust: trust({ Principal: { Service: "ec2.amazonaws.com" } }),
    });
    const caller = await user(document());
    for (const name of ["closed", "none"]) {
      const words = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${role(name)}`;
      assert.equal(assume(caller, name)?.message, words);
    }
  });

  it("across accounts needs both sides, and the external id that was agreed on", async () => {
    const Condition = { StringEquals: { "sts:ExternalId": "secret" } };
    await addRole(store.as("api"), account, "partner", { trust: trust({ Principal: { AWS: other }, Condition }) });
    const stranger = await addUser(store.as("api"), other, "eve", document());
    assert.equal(assume(stranger, "partner", { ExternalId: "secret" }), undefined);
    assert.equal(assume(stranger, "partner", { ExternalId: "guess" })?.code, "AccessDenied");
    const unable = await addUser(store.as("api"), other, "bob");
    assert.equal(assume(unable, "partner", { ExternalId: "secret" })?.code, "AccessDenied");
  });

  it("with a second factor where the role asks for one", async () => {
    const Condition = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
    await addRole(store.as("api"), account, "guarded", { trust: trust({ Principal: { AWS: "*" }, Condition }) });
    const caller = await user(document());
    const SerialNumber = `arn:aws:iam::${account}:mfa/phone`;
    assert.equal(assume(caller, "guarded")?.code, "AccessDenied");
    assert.equal(assume(caller, "guarded", { SerialNumber, TokenCode: "654321" })?.code, "AccessDenied");
    assert.equal(assume(caller, "guarded", { SerialNumber, TokenCode: "123456" }), undefined);
  });

  it("with tags needs sts:TagSession", async () => {
    await addRole(store.as("api"), account, "plain", { trust: trust({ Principal: { AWS: "*" } }) });
    const caller = await user(document());
    assert.equal(assume(caller, "plain"), undefined);
    assert.match(assume(caller, "plain", { Tags: [{ Key: "a", Value: "b" }] })!.message, /sts:TagSession/);
  });

  it("from a session with a source identity needs sts:SetSourceIdentity", async () => {
    await addRole(store.as("api"), account, "next", { trust: trust({ Principal: { AWS: "*" } }) });
    const plain = await addRole(store.as("api"), account, "first");
    const known = { ...plain, session: { ...plain.session!, sourceIdentity: "ada" } };
    assert.match(assume(known, "next")!.message, /sts:SetSourceIdentity/);
    const Action = ["sts:AssumeRole", "sts:SetSourceIdentity"];
    const Condition = { StringEquals: { "sts:SourceIdentity": "ada" } };
    await addRole(store.as("api"), account, "next", { trust: trust({ Principal: { AWS: "*" }, Action, Condition }) });
    assert.equal(assume(known, "next"), undefined);
  });
});

it("other parts of the platform ask the same", async () => {
  const caller = await user(document({ Action: "ecr:BatchGetImage" }));
  const resource = `arn:aws:ecr:${region}:${account}:repository/app`;
  assert.equal(authorizer.check({ caller, action: "ecr:BatchGetImage", resource, account, region }), undefined);
  assert.match(authorizer.check({ caller, action: "ecr:PutImage", resource, account, region })!, /ecr:PutImage/);
});
