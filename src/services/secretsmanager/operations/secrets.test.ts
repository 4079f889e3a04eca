import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import { seededRandom, uuid } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { aliases, keys } from "#services/kms/model.ts";
import { isFault, type TestWorld, testWorld } from "../../../../test/support/context.ts";
import { removalController } from "../controllers/removal/controller.ts";
import { secretsManagerCollections } from "../index.ts";
import { secrets, secretValues } from "../model.ts";
import { createOperations } from "./index.ts";

const random = seededRandom(7);
const box = createSecretBox(new Uint8Array(32), random);
const operations = createOperations({ box, policyFault: (text) => (text.startsWith("{") ? undefined : "no JSON") });
const dayMs = 86_400_000;
const newWorld = () =>
  testWorld({ collections: [...secretsManagerCollections, keys, aliases], model: "secretsmanager" });
const token = () => uuid(random);

async function worldWithSecret(SecretString = "v1") {
  const world = await newWorld();
  const made = await world.call(operations, "CreateSecret", {
    Name: "app/db",
    SecretString,
    ClientRequestToken: token(),
  });
  return { world, arn: made.ARN!, first: made.VersionId! };
}

function put(world: TestWorld, SecretString: string, VersionStages?: string[], ClientRequestToken = token()) {
  const input = { SecretId: "app/db", SecretString, ClientRequestToken, ...(VersionStages && { VersionStages }) };
  return world.call(operations, "PutSecretValue", input);
}

/** The versions' labels by what they hold. */
async function stages(world: TestWorld, IncludeDeprecated = false) {
  const { Versions } = await world.call(operations, "ListSecretVersionIds", { SecretId: "app/db", IncludeDeprecated });
  const found = Versions!.map(async ({ VersionId, VersionStages }) => {
    const { SecretString } = await world.call(operations, "GetSecretValue", {
      SecretId: "app/db",
      VersionId: VersionId!,
    });
    return [SecretString, (VersionStages ?? []).join(" ")];
  });
  const list: (string | undefined)[][] = [];
  for (const each of found) list.push(await each);
  return Object.fromEntries(list);
}

test("a secret is read by its name, its ARN and its ARN without the six characters", async () => {
  const { world, arn, first } = await worldWithSecret();
  assert.match(arn, /^arn:aws:secretsmanager:us-east-1:000000000000:secret:app\/db-[A-Za-z0-9]{6}$/);
  for (const SecretId of ["app/db", arn, arn.slice(0, -7)]) {
    const { CreatedDate, ...answer } = await world.call(operations, "GetSecretValue", { SecretId });
    assert.equal(typeof CreatedDate, "number");
    const expected = { ARN: arn, Name: "app/db", VersionId: first, SecretString: "v1", VersionStages: ["AWSCURRENT"] };
    assert.deepEqual(answer, expected);
  }
  for (const SecretId of [
    "app",
    `${arn.slice(0, -6)}abcdef`,
    "arn:aws:s3:::bucket",
    arn.replace("us-east-1", "eu-west-1"),
  ]) {
    const message = "Secrets Manager can't find the specified secret.";
    const read = world.call(operations, "GetSecretValue", { SecretId });
    await assert.rejects(read, isFault("ResourceNotFoundException", message));
  }
});

test("a secret is read while nothing can be written", async () => {
  const { world } = await worldWithSecret();
  const { store } = world.context();
  const error = new DriverError("NoSpace", "The disk is full.", { retryable: true });
  const logged: unknown[] = [];
  const full = {
    store: { ...store, get: store.get.bind(store), view: store.view.bind(store), commit: () => Promise.reject(error) },
    log: { ...silentLog, error: (_: string, fields: { error?: unknown } = {}) => void logged.push(fields.error) },
  };
  const { SecretString } = await world.call(operations, "GetSecretValue", { SecretId: "app/db" }, full);
  assert.equal(SecretString, "v1");
  assert.deepEqual(logged, [error]);
});

test("nothing in the store shows a value", async () => {
  const { world } = await worldWithSecret("a very secret value");
  const all = JSON.stringify([
    ...world.store.view(secrets).all(),
    ...world.store.view(secretValues).all(),
    ...world.store.view(keys).all(),
  ]);
  for (const form of ["utf8", "base64", "hex"] as const) {
    assert.ok(!all.includes(Buffer.from("a very secret value").toString(form).replace(/=+$/, "")), form);
  }
});

test("the AWS managed key is made on the first use, once", async () => {
  const { world } = await worldWithSecret();
  await put(world, "v2");
  const [alias, ...more] = [...world.store.view(aliases).all()];
  assert.equal(more.length, 0);
  assert.equal(alias!.value.aliasName, "alias/aws/secretsmanager");
  assert.equal(world.store.view(keys).size, 1);
  assert.equal([...world.store.view(keys).all()][0]!.value.keyManager, "AWS");
});

test("a value that is put in another version's place does not open", async () => {
  const { world, arn } = await worldWithSecret();
  await put(world, "v2");
  const [one, two] = [...world.store.view(secretValues).all()];
  await world.store.commit({
    put: [
      { key: one!.key, value: two!.value },
      { key: two!.key, value: one!.value },
    ],
  });
  await assert.rejects(world.call(operations, "GetSecretValue", { SecretId: arn }), isFault("DecryptionFailure"));
});

test("a new value is the current one, the last current one the previous, older ones deprecated", async () => {
  const { world } = await worldWithSecret();
  await put(world, "v2");
  assert.deepEqual(await stages(world), { v1: "AWSPREVIOUS", v2: "AWSCURRENT" });
  await put(world, "v3");
  assert.deepEqual(await stages(world), { v2: "AWSPREVIOUS", v3: "AWSCURRENT" });
  assert.deepEqual(await stages(world, true), { v1: "", v2: "AWSPREVIOUS", v3: "AWSCURRENT" });
});

test("a pending value becomes the current one when its label is moved", async () => {
  const { world, first } = await worldWithSecret();
  const { VersionId } = await put(world, "v2", ["AWSPENDING", "PUT1"]);
  assert.deepEqual(await stages(world), { v1: "AWSCURRENT", v2: "AWSPENDING PUT1" });
  const move = { SecretId: "app/db", VersionStage: "AWSCURRENT", MoveToVersionId: VersionId! };
  await assert.rejects(
    world.call(operations, "UpdateSecretVersionStage", move),
    isFault(
      "InvalidParameterException",
      "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version " +
        `${first}, so you must explicitly reference that version in RemoveFromVersionId.`,
    ),
  );
  await world.call(operations, "UpdateSecretVersionStage", { ...move, RemoveFromVersionId: first });
  assert.deepEqual(await stages(world), { v1: "AWSPREVIOUS", v2: "AWSCURRENT AWSPENDING PUT1" });
  await put(world, "v3", ["AWSPENDING"]);
  assert.deepEqual(await stages(world), { v1: "AWSPREVIOUS", v2: "AWSCURRENT PUT1", v3: "AWSPENDING" });
});

test("a stage and a version must belong together", async () => {
  const { world, first } = await worldWithSecret();
  const read = (input: { VersionId?: string; VersionStage?: string }) =>
    world.call(operations, "GetSecretValue", { SecretId: "app/db", ...input });
  const absent = "Secrets Manager can't find the specified secret value for";
  await assert.rejects(
    read({ VersionStage: "AWSPREVIOUS" }),
    isFault("ResourceNotFoundException", `${absent} staging label: AWSPREVIOUS`),
  );
  const id = token();
  await assert.rejects(read({ VersionId: id }), isFault("ResourceNotFoundException", `${absent} VersionId: ${id}`));
  await assert.rejects(
    read({ VersionId: first, VersionStage: "AWSPREVIOUS" }),
    isFault("InvalidRequestException", "You provided a VersionStage that is not associated to the provided VersionId."),
  );
});

test("a request sent again makes no second version; another value under its token is refused", async () => {
  const { world } = await worldWithSecret();
  const same = token();
  const first = await put(world, "v2", undefined, same);
  assert.deepEqual(await put(world, "v2", undefined, same), first);
  await assert.rejects(put(world, "v3", undefined, same), isFault("ResourceExistsException", /^You can't use Client/));
  const create = { Name: "other", SecretString: "x", ClientRequestToken: same };
  const made = await world.call(operations, "CreateSecret", create);
  assert.deepEqual(await world.call(operations, "CreateSecret", create), made);
  await assert.rejects(
    world.call(operations, "CreateSecret", { ...create, ClientRequestToken: token() }),
    isFault("ResourceExistsException", "The operation failed because the secret other already exists."),
  );
});

test("without a token nothing is made", async () => {
  const { world } = await worldWithSecret();
  const message = "You must provide a ClientRequestToken value. We recommend a UUID-type value.";
  const call = world.call(operations, "PutSecretValue", { SecretId: "app/db", SecretString: "x" });
  await assert.rejects(call, isFault("InvalidRequestException", message));
});

test("a deleted secret can be restored within its window, and goes after it", async () => {
  const { world, arn } = await worldWithSecret();
  const deleted = await world.call(operations, "DeleteSecret", { SecretId: "app/db", RecoveryWindowInDays: 7 });
  assert.equal(deleted.DeletionDate, world.clock.now() + 7 * dayMs);
  const marked = "You can't perform this operation on the secret because it was marked for deletion.";
  const refusedRead = world.call(operations, "GetSecretValue", { SecretId: arn });
  await assert.rejects(refusedRead, isFault("InvalidRequestException", marked));
  await assert.rejects(
    world.call(operations, "CreateSecret", { Name: "app/db", ClientRequestToken: token() }),
    isFault(
      "InvalidRequestException",
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    ),
  );
  assert.deepEqual((await world.call(operations, "ListSecrets", {})).SecretList, []);
  const planned = await world.call(operations, "ListSecrets", { IncludePlannedDeletion: true });
  assert.equal(planned.SecretList!.length, 1);
  const { key } = [...world.store.view(secrets).all()][0]!;
  assert.deepEqual(await world.reconcile(removalController, key), { lookAgainAt: deleted.DeletionDate });
  await world.call(operations, "RestoreSecret", { SecretId: arn });
  assert.equal((await world.call(operations, "GetSecretValue", { SecretId: arn })).SecretString, "v1");
  await world.call(operations, "DeleteSecret", { SecretId: arn, RecoveryWindowInDays: 7 });
  await world.clock.advance(7 * dayMs);
  await world.reconcile(removalController, key);
  assert.deepEqual([world.store.view(secrets).size, world.store.view(secretValues).size], [0, 0]);
});

test("a forced deletion takes effect at once, and the name gets another ARN", async () => {
  const { world, arn } = await worldWithSecret();
  await world.call(operations, "DeleteSecret", { SecretId: arn, ForceDeleteWithoutRecovery: true });
  assert.equal(world.store.view(secretValues).size, 0);
  const made = await world.call(operations, "CreateSecret", { Name: "app/db", ClientRequestToken: token() });
  assert.notEqual(made.ARN, arn);
  await world.call(operations, "DeleteSecret", { SecretId: "not-there", ForceDeleteWithoutRecovery: true });
  const both = { SecretId: "app/db", ForceDeleteWithoutRecovery: true, RecoveryWindowInDays: 7 };
  await assert.rejects(world.call(operations, "DeleteSecret", both), isFault("InvalidParameterException"));
});

test("UpdateSecret changes the description without a version, and encrypts anew under another key", async () => {
  const { world, arn, first } = await worldWithSecret();
  const ClientRequestToken = token();
  const described = await world.call(operations, "UpdateSecret", {
    SecretId: arn,
    Description: "d",
    ClientRequestToken,
  });
  assert.deepEqual(described, { ARN: arn, Name: "app/db" });
  const managed = [...world.store.view(keys).all()][0]!;
  const keyId = "11111111-2222-4333-8444-555555555555";
  const { newMaterial } = await import("#services/kms/model.ts");
  const material = [newMaterial({ keyId, keySpec: "SYMMETRIC_DEFAULT" }, { box, random }, 0)];
  const value = { ...managed.value, keyId, keyManager: "CUSTOMER", material };
  await world.store.commit({ put: [{ key: managed.key.replace(managed.value.keyId, keyId), value }] });
  await world.call(operations, "UpdateSecret", { SecretId: arn, KmsKeyId: keyId, ClientRequestToken });
  const { Versions } = await world.call(operations, "ListSecretVersionIds", { SecretId: arn });
  const KmsKeyIds = [`arn:aws:kms:us-east-1:000000000000:key/${keyId}`];
  assert.deepEqual(
    Versions!.map((version) => [version.VersionId, version.KmsKeyIds]),
    [[first, KmsKeyIds]],
  );
  assert.equal((await world.call(operations, "GetSecretValue", { SecretId: arn })).SecretString, "v1");
  await world.store.as("api").commit({
    put: [{ key: managed.key.replace(managed.value.keyId, keyId), value: { ...value, state: "Disabled" } }],
  });
  const read = world.call(operations, "GetSecretValue", { SecretId: arn });
  await assert.rejects(read, isFault("DecryptionFailure", /is disabled/));
});

test("a page of versions goes on behind one that has lost its label meanwhile", async () => {
  const { world, first } = await worldWithSecret();
  const versionIds = [first];
  const add = async (stage: string) => {
    await world.clock.advance(1000);
    versionIds.push((await put(world, stage, [stage])).VersionId!);
  };
  for (const stage of ["a", "b"]) await add(stage);
  const shown: string[] = [];
  for (let next = {}, pages = 0; pages < 5; pages++) {
    const input = { SecretId: "app/db", MaxResults: 1, ...next };
    const { Versions, NextToken } = await world.call(operations, "ListSecretVersionIds", input);
    shown.push(...Versions!.map(({ VersionId }) => VersionId!));
    if (NextToken === undefined) break;
    next = { NextToken };
    if (pages === 1) await add("a");
  }
  assert.deepEqual(shown, versionIds);
});

test("binary values come back byte for byte", async () => {
  const { world } = await worldWithSecret();
  const SecretBinary = Uint8Array.of(0, 1, 2, 255);
  await world.call(operations, "PutSecretValue", { SecretId: "app/db", SecretBinary, ClientRequestToken: token() });
  const answer = await world.call(operations, "GetSecretValue", { SecretId: "app/db" });
  assert.deepEqual([...answer.SecretBinary!], [...SecretBinary]);
  assert.equal("SecretString" in answer, false);
});

test("filters, orders and pages of the list", async () => {
  const world = await newWorld();
  for (const [Name, tag] of [
    ["prod/a", "x"],
    ["prod/b", "y"],
    ["test/c", "x"],
  ] as const) {
    const Tags = [{ Key: tag, Value: Name }];
    await world.call(operations, "CreateSecret", {
      Name,
      Description: `Of ${Name}`,
      Tags,
      ClientRequestToken: token(),
    });
    await world.clock.advance(1000);
  }
  const names = async (input: Parameters<typeof operations.ListSecrets>[0]) =>
    (await world.call(operations, "ListSecrets", input)).SecretList!.map(({ Name }) => Name);
  const filtered = (Key: "name" | "tag-key" | "all" | "description", ...Values: string[]) =>
    names({ Filters: [{ Key, Values }] });
  assert.deepEqual(await filtered("name", "prod"), ["prod/a", "prod/b"]);
  assert.deepEqual(await filtered("name", "!prod"), ["test/c"]);
  assert.deepEqual(await filtered("tag-key", "x"), ["prod/a", "test/c"]);
  assert.deepEqual(await filtered("description", "of test"), ["test/c"]);
  assert.deepEqual(await filtered("all", "TEST"), ["test/c"]);
  assert.deepEqual(await names({ SortBy: "name", SortOrder: "desc" }), ["test/c", "prod/b", "prod/a"]);
  const page = await world.call(operations, "ListSecrets", { MaxResults: 2, SortOrder: "desc" });
  assert.deepEqual(await names({ MaxResults: 2, SortOrder: "desc", NextToken: page.NextToken! }), ["prod/a"]);
  await assert.rejects(names({ NextToken: "x" }), isFault("InvalidNextTokenException"));
});

test("a batch gives what it finds, and says what it does not", async () => {
  const { world } = await worldWithSecret();
  const { SecretValues, Errors } = await world.call(operations, "BatchGetSecretValue", {
    SecretIdList: ["app/db", "no"],
  });
  assert.deepEqual(
    SecretValues!.map(({ SecretString }) => SecretString),
    ["v1"],
  );
  assert.deepEqual(
    Errors!.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode]),
    [["no", "ResourceNotFoundException"]],
  );
});

test("resource policies are kept, checked, and refused when they let everyone in", async () => {
  const { world } = await worldWithSecret();
  const everyone = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }] });
  const input = { SecretId: "app/db", ResourcePolicy: everyone };
  const blocked = world.call(operations, "PutResourcePolicy", { ...input, BlockPublicPolicy: true });
  await assert.rejects(blocked, isFault("PublicPolicyException"));
  const broken = world.call(operations, "PutResourcePolicy", { ...input, ResourcePolicy: "x" });
  await assert.rejects(broken, isFault("MalformedPolicyDocumentException"));
  const { PolicyValidationPassed } = await world.call(operations, "ValidateResourcePolicy", input);
  assert.equal(PolicyValidationPassed, false);
  await world.call(operations, "PutResourcePolicy", input);
  const kept = await world.call(operations, "GetResourcePolicy", { SecretId: "app/db" });
  assert.equal(kept.ResourcePolicy, everyone);
  await world.call(operations, "DeleteResourcePolicy", { SecretId: "app/db" });
  assert.equal((await world.call(operations, "GetResourcePolicy", { SecretId: "app/db" })).ResourcePolicy, undefined);
});

test("random passwords have each kind of character that is asked for", async () => {
  const world = await newWorld();
  for (let i = 0; i < 50; i++) {
    const { RandomPassword } = await world.call(operations, "GetRandomPassword", { PasswordLength: 4 });
    assert.match(RandomPassword!, /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^A-Za-z\d]).{4}$/);
  }
  const digits = { ExcludePunctuation: true, ExcludeLowercase: true, ExcludeUppercase: true, ExcludeCharacters: "0" };
  const { RandomPassword } = await world.call(operations, "GetRandomPassword", digits);
  assert.match(RandomPassword!, /^[1-9]{32}$/);
  const tooShort = world.call(operations, "GetRandomPassword", { PasswordLength: 3 });
  await assert.rejects(tooShort, isFault("InvalidParameterException"));
});

/** Answers recorded from AWS, which lie beside the checkout or where AWS_RECORDED says. */
const folder = process.env.AWS_RECORDED ?? join(import.meta.dirname, "../../../../../shared/aws-recorded");
const recorded = join(folder, "secretsmanager/test_secretsmanager.snapshot.json");
const skip = existsSync(recorded) ? false : "there are no recorded answers; AWS_RECORDED can name their folder";

test("refusals are in AWS's recorded words", { skip }, async () => {
  const answers = readFileSync(recorded, "utf8");
  const { world } = await worldWithSecret();
  const calls: Promise<unknown>[] = [
    world.call(operations, "CreateSecret", { Name: "Inv Name", ClientRequestToken: token() }),
    world.call(operations, "GetSecretValue", { SecretId: "no" }),
    world.call(operations, "GetSecretValue", { SecretId: "app/db", VersionStage: "AWSPREVIOUS" }),
    world.call(operations, "RotateSecret", { SecretId: "app/db", ClientRequestToken: token() }),
    world.call(operations, "RotateSecret", { SecretId: "app/db", RotationLambdaARN: "arn:aws:lambda:x" }),
    world.call(operations, "CreateSecret", { Name: "x", SecretString: "x" }),
  ];
  for (const call of calls) {
    const message = await call.then(
      () => assert.fail("accepted"),
      (error: Error) => error.message,
    );
    assert.ok(answers.includes(JSON.stringify(message).slice(1, -1)), message);
  }
});
