import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { kmsCollections } from "../index.ts";
import { keys } from "../model.ts";
import { policyWithGrants } from "../policy-with-grants.ts";
import { createOperations } from "./index.ts";

const box = createSecretBox(new Uint8Array(32), seededRandom(7));
const operations = createOperations({ box, policyFault: () => undefined });
const grantee = "arn:aws:iam::000000000000:role/reader";
const retirer = "arn:aws:iam::000000000000:user/alice";

async function worldWithKey() {
  const world = await testWorld({ collections: kmsCollections, model: "kms" });
  const keyId = (await world.call(operations, "CreateKey", {})).KeyMetadata!.KeyId;
  const statements = () => {
    const key = world.store.view(keys).by("id", keyId)[0]!.value;
    return (JSON.parse(policyWithGrants(key, world.store)) as { Statement: unknown[] }).Statement.slice(1);
  };
  return { world, keyId, statements };
}

test("a grant is part of the key's policy until it is revoked", async () => {
  const { world, keyId, statements } = await worldWithKey();
  const { GrantId } = await world.call(operations, "CreateGrant", {
    KeyId: keyId,
    GranteePrincipal: grantee,
    RetiringPrincipal: retirer,
    Operations: ["Decrypt", "DescribeKey", "RetireGrant"],
    Constraints: { EncryptionContextEquals: { app: "costs $" } },
  });
  assert.deepEqual(statements(), [
    {
      Effect: "Allow",
      Principal: { AWS: [grantee] },
      Action: ["kms:Decrypt"],
      Resource: "*",
      Condition: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is IAM's way to write a dollar sign.
        StringEquals: { "kms:EncryptionContext:app": "costs ${$}" },
        "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["app"] },
      },
    },
    { Effect: "Allow", Principal: { AWS: [grantee] }, Action: ["kms:DescribeKey"], Resource: "*", Condition: {} },
    {
      Effect: "Allow",
      Principal: { AWS: [retirer, grantee] },
      Action: ["kms:RetireGrant"],
      Resource: "*",
      Condition: { StringEquals: { "kms:GrantId": GrantId } },
    },
  ]);
  await world.call(operations, "RevokeGrant", { KeyId: keyId, GrantId: GrantId! });
  assert.deepEqual(statements(), []);
});

test("a grant with a name is made once, listed, and retired by its token", async () => {
  const { world, keyId } = await worldWithKey();
  const input = { KeyId: keyId, GranteePrincipal: grantee, Operations: ["Encrypt"], Name: "one" } as const;
  const first = await world.call(operations, "CreateGrant", input);
  const second = await world.call(operations, "CreateGrant", input);
  assert.equal(second.GrantId, first.GrantId);
  const { Grants } = await world.call(operations, "ListGrants", { KeyId: keyId });
  assert.deepEqual(
    Grants!.map(({ GrantId, Name, Operations }) => ({ GrantId, Name, Operations })),
    [{ GrantId: first.GrantId, Name: "one", Operations: ["Encrypt"] }],
  );
  const forged = world.call(operations, "RetireGrant", { GrantToken: "forged" });
  await assert.rejects(forged, isFault("InvalidGrantTokenException"));
  const described = world.call(operations, "DescribeKey", { KeyId: keyId, GrantTokens: ["forged"] });
  await assert.rejects(described, isFault("ValidationException"), "its model lists no other code");
  await world.call(operations, "RetireGrant", { GrantToken: second.GrantToken! });
  assert.deepEqual((await world.call(operations, "ListGrants", { KeyId: keyId })).Grants, []);
});

test("grants of what the key does not do, and to nobody, are refused", async () => {
  const { world, keyId } = await worldWithKey();
  for (const [input, code] of [
    [{ GranteePrincipal: grantee, Operations: ["GenerateMac"] }, "ValidationException"],
    [{ GranteePrincipal: "alice", Operations: ["Decrypt"] }, "InvalidArnException"],
    [{ GranteeServicePrincipal: "ecs.amazonaws.com", Operations: ["Decrypt"] }, "ValidationException"],
  ] as const) {
    await assert.rejects(world.call(operations, "CreateGrant", { KeyId: keyId, ...input }), isFault(code));
  }
});
