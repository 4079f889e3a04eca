import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type Authorizer, createAuthorizer } from "#gateway/authorize/authorizer.ts";
import { noExecSessions } from "#kernel/exec-sessions.ts";
import type { Caller } from "#kernel/handler.ts";
import { seededRandom, uuid } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { iamCollections } from "#services/iam/index.ts";
import { validatePolicy } from "#services/iam/policy/index.ts";
import { createKms, kmsCollections } from "#services/kms/index.ts";
import { createSecretsManager, secretsManagerCollections } from "#services/secretsmanager/index.ts";
import { createSsm, ssmCollections } from "#services/ssm/index.ts";
import { type TestWorld, testWorld } from "../../test/support/context.ts";
import { addUser, document } from "../../test/support/iam.ts";

/** Who may what with keys, secrets and parameters, by IAM's real decisions. */

const account = "000000000000";
const other = "111111111111";
const region = "us-east-1";
const random = seededRandom(3);
const box = createSecretBox(new Uint8Array(32), random);
const policyFault = (text: string) => validatePolicy(text, "resource");
const services = [
  createKms({ box, policyFault }),
  createSecretsManager({ box, policyFault }),
  createSsm({ box, sessions: noExecSessions }),
];
const operationsOf = Object.fromEntries(services.map(({ name, operations }) => [name, operations]));
const root: Caller = { arn: `arn:aws:iam::${account}:root`, userId: account, account, accessKeyId: "A", type: "Root" };

let world: TestWorld;
let authorizer: Authorizer;
let users = 0;
/** `open`: the default policy; `closed`: only alice may use it. `bob` is what another account's bob may use. */
const keyIds = { open: "", closed: "", shared: "" };
const arns = { managed: "", own: "", shared: "" };
const keyArn = (keyId: string) => `arn:aws:kms:${region}:${account}:key/${keyId}`;

const run = (service: string, operation: string, input: object) =>
  world.call(operationsOf[service]!, operation, input as never) as Promise<Record<string, unknown>>;

before(async () => {
  const collections = [iamCollections, kmsCollections, secretsManagerCollections, ssmCollections].flat();
  world = await testWorld({ collections });
  const { store, clock } = world;
  authorizer = createAuthorizer({ services, store, clock, secretBox: box });
  const key = async (Policy?: string) => {
    const { KeyMetadata } = await run("kms", "CreateKey", { ...(Policy && { Policy }) });
    return (KeyMetadata as { KeyId: string }).KeyId;
  };
  const rootOnly = { Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: ["kms:Put*", "kms:Describe*"] };
  keyIds.open = await key();
  keyIds.closed = await key(document(rootOnly));
  keyIds.shared = await key(
    document({ Principal: { AWS: [`arn:aws:iam::${account}:root`, `arn:aws:iam::${other}:root`] }, Action: "kms:*" }),
  );
  const secret = async (Name: string, fields: object = {}) => {
    const made = await run("secretsmanager", "CreateSecret", {
      ...{ Name, SecretString: "x", ClientRequestToken: uuid(random), ...fields },
    });
    const ResourcePolicy = document({ Principal: { AWS: `arn:aws:iam::${other}:root` } });
    await run("secretsmanager", "PutResourcePolicy", { SecretId: Name, ResourcePolicy });
    return String(made.ARN);
  };
  arns.managed = await secret("app/managed", { Tags: [{ Key: "team", Value: "a" }] });
  arns.own = await secret("app/own", { KmsKeyId: keyIds.open });
  arns.shared = await secret("other/shared", { KmsKeyId: keyIds.shared });
  for (const KeyId of [keyIds.closed, keyIds.open]) {
    await run("ssm", "PutParameter", { Name: "/app/key", Value: "v", Type: "SecureString", KeyId, Overwrite: true });
  }
});

interface Row {
  readonly what: string;
  /** Of a new user; undefined: the root. */
  readonly policy?: () => string;
  /** The user's; by default the account that owns everything. */
  readonly of?: string;
  readonly call: readonly [service: string, operation: string, input: () => object];
  /** What is refused; undefined: allowed. */
  readonly refused?: string;
}

const read = (id: () => string) => ["secretsmanager", "GetSecretValue", () => ({ SecretId: id() })] as const;
const allow = (Action: string | string[], more: object = {}) => document({ Action, ...more });
const bytes = new Uint8Array(8);

const rows: readonly Row[] = [
  {
    what: "a secret below a name, read by its name",
    policy: () => allow("secretsmanager:GetSecretValue", { Resource: `arn:aws:secretsmanager:*:*:secret:app/*` }),
    call: read(() => "app/managed"),
  },
  {
    what: "a secret elsewhere",
    policy: () => allow("secretsmanager:GetSecretValue", { Resource: `arn:aws:secretsmanager:*:*:secret:app/*` }),
    call: read(() => "other/shared"),
    refused: "secretsmanager:GetSecretValue",
  },
  {
    what: "a secret under a key of the account's own",
    policy: () => allow("secretsmanager:*"),
    call: read(() => arns.own),
    refused: "kms:Decrypt",
  },
  {
    what: "the same with the right to decrypt through the service, for this secret",
    policy: () =>
      document(
        { Action: "secretsmanager:*" },
        {
          Action: "kms:Decrypt",
          Condition: {
            StringEquals: {
              "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
              "kms:EncryptionContext:SecretARN": arns.own,
            },
            Bool: { "aws:ViaAWSService": "true" },
          },
        },
      ),
    call: read(() => arns.own),
  },
  {
    what: "another account's secret, whose policy allows it, under a key that is shared too",
    of: other,
    policy: () => allow(["secretsmanager:*", "kms:*"]),
    call: read(() => arns.shared),
  },
  {
    what: "another account's secret under the AWS managed key",
    of: other,
    policy: () => allow(["secretsmanager:*", "kms:*"]),
    call: read(() => arns.managed),
    refused: "kms:Decrypt",
  },
  {
    what: "a secret by its tag",
    policy: () =>
      allow("secretsmanager:DescribeSecret", {
        Condition: { StringEquals: { "secretsmanager:ResourceTag/team": "a" } },
      }),
    call: ["secretsmanager", "DescribeSecret", () => ({ SecretId: "app/managed" })],
  },
  {
    what: "a secret without the tag",
    policy: () =>
      allow("secretsmanager:DescribeSecret", { Condition: { StringEquals: { "aws:ResourceTag/team": "a" } } }),
    call: ["secretsmanager", "DescribeSecret", () => ({ SecretId: "app/own" })],
    refused: "secretsmanager:DescribeSecret",
  },
  {
    what: "a new secret below a name, with tags",
    policy: () =>
      document(
        { Action: "secretsmanager:CreateSecret", Resource: "arn:aws:secretsmanager:*:*:secret:app/*" },
        { Action: "secretsmanager:TagResource", Condition: { StringEquals: { "aws:RequestTag/team": "a" } } },
      ),
    call: ["secretsmanager", "CreateSecret", () => ({ Name: "app/new", Tags: [{ Key: "team", Value: "a" }] })],
  },
  {
    what: "a batch with one secret that may not be read",
    policy: () =>
      document(
        { Action: "secretsmanager:BatchGetSecretValue" },
        { Action: "secretsmanager:GetSecretValue", Resource: arns.managed },
      ),
    call: ["secretsmanager", "BatchGetSecretValue", () => ({ SecretIdList: [arns.managed, arns.shared] })],
    refused: "secretsmanager:GetSecretValue",
  },
  {
    what: "the root, where the key's policy does not hand it over",
    call: ["kms", "Encrypt", () => ({ KeyId: keyIds.closed, Plaintext: bytes })],
    refused: "kms:Encrypt",
  },
  { what: "the root, where it does", call: ["kms", "Encrypt", () => ({ KeyId: keyIds.open, Plaintext: bytes })] },
  {
    what: "the AWS managed key, directly",
    policy: () => allow("kms:*"),
    call: ["kms", "Encrypt", () => ({ KeyId: "alias/aws/secretsmanager", Plaintext: bytes })],
    refused: "kms:Encrypt",
  },
  {
    what: "what the AWS managed key is",
    policy: () => allow("kms:DescribeKey"),
    call: ["kms", "DescribeKey", () => ({ KeyId: "alias/aws/secretsmanager" })],
  },
  {
    what: "a key that does not exist: whoever may know is told so by the operation",
    policy: () => allow("kms:DescribeKey"),
    call: ["kms", "DescribeKey", () => ({ KeyId: "00000000-0000-4000-8000-000000000000" })],
  },
  {
    what: "an encryption context that the policy does not allow",
    policy: () => allow("kms:Encrypt", { Condition: { StringEquals: { "kms:EncryptionContext:app": "web" } } }),
    call: ["kms", "Encrypt", () => ({ KeyId: keyIds.open, Plaintext: bytes, EncryptionContext: { app: "db" } })],
    refused: "kms:Encrypt",
  },
  {
    what: "an alias without the right on its key",
    policy: () => allow("kms:CreateAlias", { Resource: "arn:aws:kms:*:*:alias/*" }),
    call: ["kms", "CreateAlias", () => ({ AliasName: "alias/x", TargetKeyId: keyIds.open })],
    refused: "kms:CreateAlias",
  },
  {
    what: "an alias with both rights",
    policy: () => allow("kms:CreateAlias", { Resource: ["arn:aws:kms:*:*:alias/*", keyArn(keyIds.open)] }),
    call: ["kms", "CreateAlias", () => ({ AliasName: "alias/x", TargetKeyId: keyIds.open })],
  },
  {
    what: "the parameters below a path, without decryption",
    policy: () => allow("ssm:GetParametersByPath", { Resource: "arn:aws:ssm:*:*:parameter/app*" }),
    call: ["ssm", "GetParametersByPath", () => ({ Path: "/app" })],
  },
  {
    what: "the same with decryption",
    policy: () => allow("ssm:GetParametersByPath", { Resource: "arn:aws:ssm:*:*:parameter/app*" }),
    call: ["ssm", "GetParametersByPath", () => ({ Path: "/app", WithDecryption: true })],
    refused: "kms:Decrypt",
  },
  {
    what: "the newest version, under a key that may be used",
    policy: () => allow(["ssm:*", "kms:*"]),
    call: ["ssm", "GetParameter", () => ({ Name: "/app/key", WithDecryption: true })],
  },
  {
    what: "an older version, under a key that may not",
    policy: () => allow(["ssm:*", "kms:*"]),
    call: ["ssm", "GetParameter", () => ({ Name: "/app/key:1", WithDecryption: true })],
    refused: "kms:Decrypt",
  },
  {
    what: "the history, with that older version",
    policy: () => allow(["ssm:*", "kms:*"]),
    call: ["ssm", "GetParameterHistory", () => ({ Name: "/app/key", WithDecryption: true })],
    refused: "kms:Decrypt",
  },
];

for (const { what, policy, of = account, call, refused } of rows) {
  test(`${call[1]}: ${what} is ${refused === undefined ? "allowed" : "refused"}`, async () => {
    const caller = policy === undefined ? root : await addUser(world.store, of, `user${users++}`, policy());
    const [service, operation, input] = call;
    const words = authorizer.checkCall({ service, operation, input: input(), caller, account: of, region });
    if (refused === undefined) assert.equal(words, undefined);
    else assert.match(words ?? "allowed", new RegExp(`is not authorized to perform: ${refused} on resource: arn:aws:`));
  });
}

const decrypt = ["Decrypt"] as const;

/** What a grant gives, what its grantee asks CreateGrant for, and whether it may. */
const grantRows: readonly [what: string, constraints: object | undefined, asked: object, allowed: boolean][] = [
  ["the same", undefined, { Operations: ["Decrypt", "CreateGrant"] }, true],
  ["an operation that it does not give", undefined, { Operations: ["Decrypt", "Encrypt"] }, false],
  ["to read keys", undefined, { Operations: ["DescribeKey"] }, false],
  ["no constraint", { EncryptionContextSubset: { app: "dev" } }, { Operations: decrypt }, false],
  [
    "an empty constraint",
    { EncryptionContextSubset: { app: "dev" } },
    { Operations: decrypt, Constraints: { EncryptionContextSubset: {} } },
    false,
  ],
  [
    "a stricter constraint",
    { EncryptionContextSubset: { app: "dev" } },
    { Operations: decrypt, Constraints: { EncryptionContextEquals: { app: "dev", zone: "a" } } },
    true,
  ],
  [
    "another constraint",
    { EncryptionContextEquals: { app: "dev" } },
    { Operations: decrypt, Constraints: { EncryptionContextEquals: { app: "prod" } } },
    false,
  ],
  [
    "a constraint on fewer contexts only",
    { EncryptionContextEquals: { app: "dev" } },
    { Operations: decrypt, Constraints: { EncryptionContextSubset: { app: "dev" } } },
    false,
  ],
  [
    "the same constraint",
    { EncryptionContextEquals: { app: "dev" } },
    { Operations: decrypt, Constraints: { EncryptionContextEquals: { app: "dev" } } },
    true,
  ],
];

for (const [what, constraints, asked, allowed] of grantRows) {
  test(`CreateGrant: whose right to it is a grant's ${allowed ? "may" : "may not"} grant on: ${what}`, async () => {
    const caller = await addUser(world.store, account, `grantee${users++}`, allow("sts:*"));
    const given = { Operations: ["Decrypt", "CreateGrant"], ...(constraints && { Constraints: constraints }) };
    await run("kms", "CreateGrant", { KeyId: keyIds.closed, GranteePrincipal: caller.arn, ...given });
    const input = { KeyId: keyIds.closed, GranteePrincipal: caller.arn, ...asked };
    const call = { service: "kms", operation: "CreateGrant", input, caller, account, region };
    assert.equal(authorizer.checkCall(call) === undefined, allowed);
  });
}
