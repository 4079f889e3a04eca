import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { testWorld } from "../../../test/support/context.ts";
import { createAuthorization } from "./authorization.ts";
import { kmsCollections } from "./index.ts";
import { createOperations } from "./operations/index.ts";

test("what is decrypted with a pair is asked of the pair, whatever key the ciphertext names", async () => {
  const box = createSecretBox(new Uint8Array(32), seededRandom(7));
  const operations = createOperations({ box, policyFault: () => undefined });
  const world = await testWorld({ collections: kmsCollections, model: "kms" });
  const pair = { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" } as const;
  const { KeyId = "" } = (await world.call(operations, "CreateKey", {})).KeyMetadata!;
  const { KeyId: pairId = "", Arn } = (await world.call(operations, "CreateKey", pair)).KeyMetadata!;
  const { CiphertextBlob } = await world.call(operations, "Encrypt", { KeyId, Plaintext: Buffer.from("x") });
  const { Decrypt, ReEncrypt } = createAuthorization(box).operations;
  const scope = { ...world.context(), partition: "aws" } as never;
  assert.deepEqual(Decrypt!.resources!({ CiphertextBlob, KeyId: pairId }, scope), [Arn]);
  const input = { CiphertextBlob, SourceKeyId: pairId, DestinationKeyId: KeyId };
  assert.deepEqual(ReEncrypt!.resources!(input, scope), [Arn]);
});

test("the condition keys of a decryption are its key's, also when only the ciphertext names it", async () => {
  const box = createSecretBox(new Uint8Array(32), seededRandom(7));
  const operations = createOperations({ box, policyFault: () => undefined });
  const world = await testWorld({ collections: kmsCollections, model: "kms" });
  const { KeyId = "" } = (await world.call(operations, "CreateKey", {})).KeyMetadata!;
  await world.call(operations, "CreateAlias", { AliasName: "alias/app", TargetKeyId: KeyId });
  const { CiphertextBlob } = await world.call(operations, "Encrypt", { KeyId, Plaintext: Buffer.from("x") });
  const { resources, conditionKeys } = createAuthorization(box).operations.Decrypt!;
  const scope = { ...world.context(), partition: "aws" } as never;
  for (const input of [{ CiphertextBlob }, { CiphertextBlob, KeyId }]) {
    const [resource = ""] = resources!(input, scope);
    const keys = conditionKeys!(input, scope, resource)!;
    assert.deepEqual([keys["kms:ResourceAliases"], keys["kms:KeySpec"]], [["alias/app"], "SYMMETRIC_DEFAULT"]);
  }
});
