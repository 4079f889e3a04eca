import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { isFault, type TestWorld, testWorld } from "../../../../test/support/context.ts";
import { keyController } from "../controllers/key/controller.ts";
import { kmsCollections } from "../index.ts";
import { type KeyRecord, keys } from "../model.ts";
import { createOperations } from "./index.ts";

const box = createSecretBox(new Uint8Array(32), seededRandom(7));
const operations = createOperations({ box, policyFault: () => undefined });
const controller = keyController(box);
const dayMs = 86_400_000;
const text = (value: string) => new TextEncoder().encode(value);
const arnOf = (keyId: string) => `arn:aws:kms:us-east-1:000000000000:key/${keyId}`;

async function worldWithKey(input: Parameters<typeof operations.CreateKey>[0] = {}) {
  const world = await testWorld({ collections: kmsCollections, model: "kms" });
  const { KeyMetadata } = await world.call(operations, "CreateKey", input);
  return { world, keyId: KeyMetadata!.KeyId, metadata: KeyMetadata! };
}

function encrypt(world: TestWorld, KeyId: string, EncryptionContext?: Record<string, string>) {
  return world.call(operations, "Encrypt", {
    KeyId,
    Plaintext: text("a secret"),
    ...(EncryptionContext && { EncryptionContext }),
  });
}

test("a new key is as AWS shows it", async () => {
  const { metadata, keyId } = await worldWithKey({ Description: "test key 123" });
  const { CreationDate, CurrentKeyMaterialId, ...rest } = metadata;
  assert.equal(typeof CreationDate, "number");
  assert.match(CurrentKeyMaterialId!, /^[0-9a-f]{64}$/);
  assert.deepEqual(rest, {
    AWSAccountId: "000000000000",
    Arn: arnOf(keyId),
    CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
    Description: "test key 123",
    Enabled: true,
    EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
    KeyId: keyId,
    KeyManager: "CUSTOMER",
    KeySpec: "SYMMETRIC_DEFAULT",
    KeyState: "Enabled",
    KeyUsage: "ENCRYPT_DECRYPT",
    MultiRegion: false,
    Origin: "AWS_KMS",
  });
});

test("key material is not in the store's record", async () => {
  const { world, keyId } = await worldWithKey();
  const record = world.store.view(keys).by("id", keyId)[0]!.value;
  const opened = box.open(record.material[0]!.sealed, "kms key material")!.split(" ")[2]!;
  assert.equal(Buffer.from(opened, "base64").length, 32);
  assert.ok(!JSON.stringify(record).includes(opened));
});

for (const [what, input, code, message] of [
  ["another spec", { KeySpec: "SM2", KeyUsage: "ENCRYPT_DECRYPT" }, "UnsupportedOperationException", /^KeySpec/],
  ["a key of many regions", { MultiRegion: true }, "UnsupportedOperationException", /^MultiRegion/],
  ["imported material", { Origin: "EXTERNAL" }, "UnsupportedOperationException", /^Origin EXTERNAL/],
  [
    "an HMAC key without usage",
    { KeySpec: "HMAC_256" },
    "ValidationException",
    "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
  ],
  [
    "double tags",
    {
      Tags: [
        { TagKey: "a", TagValue: "1" },
        { TagKey: "a", TagValue: "2" },
      ],
    },
    "TagException",
    "Duplicate tag keys",
  ],
  [
    "reserved tags",
    { Tags: [{ TagKey: "aws:a", TagValue: "" }] },
    "TagException",
    "Tags beginning with aws: are reserved",
  ],
  [
    "a policy of more than 32 KB",
    { Policy: `{"Id": "${"a".repeat(32_768)}"}` },
    "LimitExceededException",
    "A key policy can have at most 32768 bytes.",
  ],
  [
    "a policy that locks its author out",
    { Policy: '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:Encrypt","Resource":"*"}]}' },
    "MalformedPolicyDocumentException",
    "The new key policy will not allow you to update the key policy in the future.",
  ],
] as const) {
  test(`CreateKey refuses ${what}`, async () => {
    const world = await testWorld({ collections: kmsCollections, model: "kms" });
    await assert.rejects(world.call(operations, "CreateKey", input), isFault(code, message));
  });
}

test("what is encrypted is decrypted, with the same encryption context in any order", async () => {
  const { world, keyId } = await worldWithKey();
  const { CiphertextBlob, KeyId } = await encrypt(world, keyId, { app: "web", stage: "prod" });
  assert.equal(KeyId, arnOf(keyId));
  const answer = await world.call(operations, "Decrypt", {
    CiphertextBlob: CiphertextBlob!,
    EncryptionContext: { stage: "prod", app: "web" },
  });
  assert.equal(Buffer.from(answer.Plaintext!).toString(), "a secret");
  assert.equal(answer.KeyId, arnOf(keyId));
  const wrong: Record<string, string>[] = [{}, { app: "web" }, { app: "web", stage: "test" }];
  for (const EncryptionContext of wrong) {
    const input = { CiphertextBlob: CiphertextBlob!, EncryptionContext };
    await assert.rejects(world.call(operations, "Decrypt", input), isFault("InvalidCiphertextException", ""));
  }
});

test("a ciphertext with any byte changed, or cut, is refused", async () => {
  const { world, keyId } = await worldWithKey();
  const { CiphertextBlob } = await encrypt(world, keyId);
  const blob = Buffer.from(CiphertextBlob!);
  for (let i = 0; i < blob.length; i++) {
    const changed = Buffer.from(blob);
    changed[i]! ^= 1;
    await assert.rejects(
      world.call(operations, "Decrypt", { CiphertextBlob: changed }),
      isFault("InvalidCiphertextException", ""),
    );
    await assert.rejects(
      world.call(operations, "Decrypt", { CiphertextBlob: blob.subarray(0, i) }),
      isFault("InvalidCiphertextException", ""),
    );
  }
});

test("the key that is named to decrypt must be the ciphertext's", async () => {
  const { world, keyId } = await worldWithKey();
  const other = await world.call(operations, "CreateKey", {});
  const { CiphertextBlob } = await encrypt(world, keyId);
  const input = { CiphertextBlob: CiphertextBlob!, KeyId: other.KeyMetadata!.KeyId };
  const message = "The key ID in the request does not identify a CMK that can perform this operation.";
  await assert.rejects(world.call(operations, "Decrypt", input), isFault("IncorrectKeyException", message));
});

test("keys are known by id, ARN, alias and alias ARN; others are not found in AWS's words", async () => {
  const { world, keyId } = await worldWithKey();
  await world.call(operations, "CreateAlias", { AliasName: "alias/app", TargetKeyId: keyId });
  for (const KeyId of [keyId, arnOf(keyId), "alias/app", "arn:aws:kms:us-east-1:000000000000:alias/app"]) {
    const { KeyMetadata } = await world.call(operations, "DescribeKey", { KeyId });
    assert.equal(KeyMetadata!.KeyId, keyId);
  }
  const absent = "00000000-0000-4000-8000-000000000000";
  for (const [KeyId, message] of [
    [absent, `Key '${arnOf(absent)}' does not exist`],
    ["fake-key-id", "Invalid keyId 'fake-key-id'"],
    ["134f2428cec14b25a1ae9048164dba47", "Invalid keyId '134f2428cec14b25a1ae9048164dba47'"],
    [`arn:aws:kms:eu-west-1:000000000000:key/${keyId}`, "Invalid arn eu-west-1"],
    ["alias/no", "Alias arn:aws:kms:us-east-1:000000000000:alias/no is not found."],
  ] as const) {
    await assert.rejects(world.call(operations, "DescribeKey", { KeyId }), isFault("NotFoundException", message));
  }
  await assert.rejects(
    world.call(operations, "DescribeKey", { KeyId: keyId }, { region: "eu-west-1" }),
    isFault("NotFoundException", `Key 'arn:aws:kms:eu-west-1:000000000000:key/${keyId}' does not exist`),
  );
});

test("a disabled key does nothing until it is enabled", async () => {
  const { world, keyId } = await worldWithKey();
  const { CiphertextBlob } = await encrypt(world, keyId);
  await world.call(operations, "DisableKey", { KeyId: keyId });
  const disabled = isFault("DisabledException", `${arnOf(keyId)} is disabled.`);
  await assert.rejects(encrypt(world, keyId), disabled);
  await assert.rejects(world.call(operations, "Decrypt", { CiphertextBlob: CiphertextBlob! }), disabled);
  await assert.rejects(world.call(operations, "RotateKeyOnDemand", { KeyId: keyId }), disabled);
  await world.call(operations, "EnableKey", { KeyId: keyId });
  await world.call(operations, "Decrypt", { CiphertextBlob: CiphertextBlob! });
});

test("a key is removed after its waiting period, with its aliases; until then that can be cancelled", async () => {
  const { world, keyId } = await worldWithKey();
  await world.call(operations, "CreateAlias", { AliasName: "alias/app", TargetKeyId: keyId });
  const answer = await world.call(operations, "ScheduleKeyDeletion", { KeyId: keyId, PendingWindowInDays: 7 });
  assert.equal(answer.DeletionDate, world.clock.now() + 7 * dayMs);
  const { key } = world.store.view(keys).by("id", keyId)[0]!;
  const pending = isFault("KMSInvalidStateException", `${arnOf(keyId)} is pending deletion.`);
  await assert.rejects(encrypt(world, keyId), pending);
  assert.deepEqual(await world.reconcile(controller, key), { lookAgainAt: answer.DeletionDate });
  await world.call(operations, "CancelKeyDeletion", { KeyId: keyId });
  const { KeyMetadata } = await world.call(operations, "DescribeKey", { KeyId: keyId });
  assert.equal(KeyMetadata!.KeyState, "Disabled");
  await world.call(operations, "ScheduleKeyDeletion", { KeyId: keyId, PendingWindowInDays: 7 });
  await world.clock.advance(7 * dayMs);
  await world.reconcile(controller, key);
  await assert.rejects(world.call(operations, "DescribeKey", { KeyId: keyId }), isFault("NotFoundException"));
  assert.deepEqual((await world.call(operations, "ListAliases", {})).Aliases, []);
});

test("rotation gives new material, and what was encrypted before still decrypts", async () => {
  const { world, keyId } = await worldWithKey();
  const before = await encrypt(world, keyId);
  await world.call(operations, "EnableKeyRotation", { KeyId: keyId, RotationPeriodInDays: 90 });
  const status = await world.call(operations, "GetKeyRotationStatus", { KeyId: keyId });
  const NextRotationDate = world.clock.now() + 90 * dayMs;
  const expected = { KeyId: arnOf(keyId), KeyRotationEnabled: true, RotationPeriodInDays: 90, NextRotationDate };
  assert.deepEqual(status, expected);
  const { key } = world.store.view(keys).by("id", keyId)[0]!;
  await world.clock.advance(90 * dayMs);
  await world.reconcile(controller, key);
  await world.call(operations, "RotateKeyOnDemand", { KeyId: keyId });
  const { Rotations } = await world.call(operations, "ListKeyRotations", { KeyId: keyId });
  assert.deepEqual(
    Rotations!.map(({ RotationType, KeyMaterialState }) => [RotationType, KeyMaterialState]),
    [
      ["AUTOMATIC", "NON_CURRENT"],
      ["ON_DEMAND", "CURRENT"],
    ],
  );
  const after = await encrypt(world, keyId);
  const decrypt = (CiphertextBlob: Uint8Array) => world.call(operations, "Decrypt", { CiphertextBlob });
  const [old, fresh] = [await decrypt(before.CiphertextBlob!), await decrypt(after.CiphertextBlob!)];
  assert.notEqual(old.KeyMaterialId, fresh.KeyMaterialId);
  const { KeyMetadata } = await world.call(operations, "DescribeKey", { KeyId: keyId });
  assert.equal(KeyMetadata!.CurrentKeyMaterialId, fresh.KeyMaterialId);
});

test("rotation on demand ends after 25 times, and HMAC keys have none", async () => {
  const { world, keyId } = await worldWithKey();
  for (let i = 0; i < 25; i++) await world.call(operations, "RotateKeyOnDemand", { KeyId: keyId });
  const message =
    "The on-demand rotations limit has been reached for the given keyId. " +
    `No more on-demand rotations can be performed for this key: ${arnOf(keyId)}`;
  const again = world.call(operations, "RotateKeyOnDemand", { KeyId: keyId });
  await assert.rejects(again, isFault("LimitExceededException", message));
  const hmac = await world.call(operations, "CreateKey", { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
  const { KeyId } = hmac.KeyMetadata!;
  for (const name of ["RotateKeyOnDemand", "EnableKeyRotation"] as const) {
    await assert.rejects(world.call(operations, name, { KeyId }), isFault("UnsupportedOperationException", ""));
  }
  assert.equal((await world.call(operations, "GetKeyRotationStatus", { KeyId })).KeyRotationEnabled, false);
});

test("data keys come in plain and encrypted; ReEncrypt moves a ciphertext to another key", async () => {
  const { world, keyId } = await worldWithKey();
  const dataKey = await world.call(operations, "GenerateDataKey", { KeyId: keyId, KeySpec: "AES_128" });
  assert.equal(dataKey.Plaintext!.length, 16);
  const other = (await world.call(operations, "CreateKey", {})).KeyMetadata!.KeyId;
  const moved = await world.call(operations, "ReEncrypt", {
    CiphertextBlob: dataKey.CiphertextBlob!,
    DestinationKeyId: other,
    DestinationEncryptionContext: { to: "there" },
  });
  assert.equal(moved.SourceKeyId, arnOf(keyId));
  const decrypted = await world.call(operations, "Decrypt", {
    CiphertextBlob: moved.CiphertextBlob!,
    EncryptionContext: { to: "there" },
  });
  assert.deepEqual(Buffer.from(decrypted.Plaintext!), Buffer.from(dataKey.Plaintext!));
  assert.equal(decrypted.KeyId, arnOf(other));
  const without = await world.call(operations, "GenerateDataKeyWithoutPlaintext", { KeyId: keyId, NumberOfBytes: 7 });
  assert.equal("Plaintext" in without, false);
  await assert.rejects(world.call(operations, "GenerateDataKey", { KeyId: keyId }), isFault("ValidationException"));
});

for (const [spec, bytes] of [
  ["224", 28],
  ["256", 32],
  ["384", 48],
  ["512", 64],
] as const) {
  test(`HMAC_${spec} makes and verifies codes of ${bytes} bytes`, async () => {
    const { world, keyId } = await worldWithKey({ KeySpec: `HMAC_${spec}`, KeyUsage: "GENERATE_VERIFY_MAC" });
    const MacAlgorithm = `HMAC_SHA_${spec}` as const;
    const { Mac } = await world.call(operations, "GenerateMac", { KeyId: keyId, MacAlgorithm, Message: text("m") });
    assert.equal(Mac!.length, bytes);
    const verify = (Message: Uint8Array) =>
      world.call(operations, "VerifyMac", { KeyId: keyId, MacAlgorithm, Message, Mac: Mac! });
    assert.equal((await verify(text("m"))).MacValid, true);
    await assert.rejects(verify(text("n")), isFault("KMSInvalidMacException", ""));
    const other = spec === "256" ? "HMAC_SHA_512" : "HMAC_SHA_256";
    await assert.rejects(
      world.call(operations, "GenerateMac", { KeyId: keyId, MacAlgorithm: other, Message: text("m") }),
      isFault("InvalidKeyUsageException", `Algorithm ${other} is incompatible with key spec HMAC_${spec}.`),
    );
    await assert.rejects(
      encrypt(world, keyId),
      isFault(
        "InvalidKeyUsageException",
        `${arnOf(keyId)} key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt.`,
      ),
    );
  });
}

test("under another master key nothing opens, and the reason is told", async () => {
  const { world, keyId } = await worldWithKey();
  const { CiphertextBlob } = await encrypt(world, keyId);
  const otherBox = createSecretBox(new Uint8Array(32).fill(1), seededRandom(8));
  const others = createOperations({ box: otherBox, policyFault: () => undefined });
  await assert.rejects(
    world.call(others, "Decrypt", { CiphertextBlob: CiphertextBlob! }),
    isFault("KeyUnavailableException", /another master key/),
  );
});

test("the material of one key does not open as another's", async () => {
  const { world, keyId } = await worldWithKey();
  const other = (await world.call(operations, "CreateKey", {})).KeyMetadata!.KeyId;
  const [one, two] = [keyId, other].map((id) => world.store.view(keys).by("id", id)[0]!);
  const value: KeyRecord = { ...one!.value, material: two!.value.material };
  await world.store.commit({ put: [{ key: one!.key, value }] });
  await assert.rejects(encrypt(world, keyId), isFault("KeyUnavailableException"));
});

test("a dry run changes nothing and says that it would have worked", async () => {
  const { world, keyId } = await worldWithKey();
  const message = "The request would have succeeded, but the DryRun option is set.";
  await assert.rejects(
    world.call(operations, "Encrypt", { KeyId: keyId, Plaintext: text("x"), DryRun: true }),
    isFault("DryRunOperationException", message),
  );
});

test("lists come in pages", async () => {
  const { world } = await worldWithKey();
  for (let i = 0; i < 4; i++) await world.call(operations, "CreateKey", {});
  const first = await world.call(operations, "ListKeys", { Limit: 3 });
  assert.equal(first.Truncated, true);
  const second = await world.call(operations, "ListKeys", { Limit: 3, Marker: first.NextMarker! });
  assert.equal(second.Truncated, false);
  assert.equal(new Set([...first.Keys!, ...second.Keys!].map(({ KeyId }) => KeyId)).size, 5);
  const wrong = world.call(operations, "ListKeys", { Marker: "x" });
  await assert.rejects(wrong, isFault("InvalidMarkerException"));
  const KeyId = first.Keys![0]!.KeyId!;
  const policies = world.call(operations, "ListKeyPolicies", { KeyId, Marker: "x" });
  await assert.rejects(policies, isFault("ValidationException"), "its model lists no other code");
});
