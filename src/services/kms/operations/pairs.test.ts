import assert from "node:assert/strict";
import { constants, createECDH, createHash, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { kmsCollections } from "../index.ts";
import { type KeyRecord, type KeyUsage, keyKey, keys, type PairSpec, readPrivateKey } from "../model.ts";
import { createOperations } from "./index.ts";

const box = createSecretBox(new Uint8Array(32), seededRandom(7));
const operations = createOperations({ box, policyFault: () => undefined });
const text = (value: string) => new TextEncoder().encode(value);

async function worldWithKey(KeySpec: PairSpec | "SYMMETRIC_DEFAULT", KeyUsage: KeyUsage) {
  const world = await testWorld({ collections: kmsCollections, model: "kms" });
  const { KeyMetadata } = await world.call(operations, "CreateKey", { KeySpec, KeyUsage });
  const { KeyId } = KeyMetadata!;
  const publicKey = async () => {
    const { PublicKey } = await world.call(operations, "GetPublicKey", { KeyId });
    return createPublicKey({ key: Buffer.from(PublicKey!), format: "der", type: "spki" });
  };
  return { world, KeyId, metadata: KeyMetadata!, publicKey };
}

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const signatures = [
  ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256", {}],
  ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_384", {}],
  ["RSA_3072", "RSASSA_PKCS1_V1_5_SHA_512", {}],
  ["RSA_2048", "RSASSA_PSS_SHA_256", pss],
  ["RSA_2048", "RSASSA_PSS_SHA_384", pss],
  ["RSA_3072", "RSASSA_PSS_SHA_512", pss],
  ["ECC_NIST_P256", "ECDSA_SHA_256", {}],
  ["ECC_NIST_P384", "ECDSA_SHA_384", {}],
  ["ECC_NIST_P521", "ECDSA_SHA_512", {}],
  ["ECC_SECG_P256K1", "ECDSA_SHA_256", {}],
] as const;

for (const [spec, SigningAlgorithm, options] of signatures) {
  test(`${spec} ${SigningAlgorithm}: what is signed as a message or as its digest verifies everywhere`, async () => {
    const { world, KeyId, publicKey } = await worldWithKey(spec, "SIGN_VERIFY");
    const hash = `sha${SigningAlgorithm.slice(-3)}`;
    const message = text("a message");
    const digest = createHash(hash).update(message).digest();
    const key = await publicKey();
    const asked = { KeyId, SigningAlgorithm };
    for (const signed of [{ Message: message }, { Message: digest, MessageType: "DIGEST" as const }]) {
      const { Signature } = await world.call(operations, "Sign", { ...asked, ...signed });
      assert.ok(verify(hash, message, { key, ...options }, Signature!), "by another program");
      for (const checked of [{ Message: message }, { Message: digest, MessageType: "DIGEST" as const }]) {
        const { SignatureValid } = await world.call(operations, "Verify", {
          ...asked,
          ...checked,
          Signature: Signature!,
        });
        assert.equal(SignatureValid, true);
        const broken = Buffer.from(Signature!);
        broken[broken.length - 5]! ^= 1;
        const wrong = { ...asked, ...checked, Signature: broken };
        await assert.rejects(world.call(operations, "Verify", wrong), isFault("KMSInvalidSignatureException", ""));
        const other = { ...asked, ...checked, Message: checked.Message.map((byte) => byte ^ 1), Signature: Signature! };
        await assert.rejects(world.call(operations, "Verify", other), isFault("KMSInvalidSignatureException", ""));
      }
    }
    const short = { ...asked, Message: digest.subarray(1), MessageType: "DIGEST" as const };
    const words = `Digest is invalid length for algorithm ${SigningAlgorithm}.`;
    await assert.rejects(world.call(operations, "Sign", short), isFault("ValidationException", words));
  });
}

test("digests whose signatures another program made verify, many times over", async () => {
  const { world, KeyId } = await worldWithKey("ECC_NIST_P521", "SIGN_VERIFY");
  const record = world.store.view(keys).by("id", KeyId)[0]!.value as KeyRecord;
  const opened = box.open(record.material[0]!.sealed, "kms key material")!.split(" ")[2]!;
  const privateKey = readPrivateKey(Buffer.from(opened, "base64"));
  for (let i = 0; i < 50; i++) {
    const message = text(`message ${i}`);
    const Message = createHash("sha512").update(message).digest();
    const asked = { KeyId, Message, MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_512" } as const;
    const Signature = sign("sha512", message, privateKey);
    assert.equal((await world.call(operations, "Verify", { ...asked, Signature })).SignatureValid, true);
    const own = await world.call(operations, "Sign", asked);
    assert.ok(verify("sha512", message, createPublicKey(privateKey), own.Signature!));
  }
});

test("Ed25519 signs messages, not digests", async () => {
  const { world, KeyId, publicKey, metadata } = await worldWithKey("ECC_NIST_EDWARDS25519", "SIGN_VERIFY");
  assert.deepEqual([metadata.KeySpec, metadata.CustomerMasterKeySpec], ["ECC_NIST_EDWARDS25519", undefined]);
  const asked = { KeyId, Message: text("a message"), SigningAlgorithm: "ED25519_SHA_512" } as const;
  const { Signature } = await world.call(operations, "Sign", asked);
  assert.ok(verify(null, asked.Message, await publicKey(), Signature!));
  assert.equal((await world.call(operations, "Verify", { ...asked, Signature: Signature! })).SignatureValid, true);
  const digest = world.call(operations, "Sign", { ...asked, Message: new Uint8Array(64), MessageType: "DIGEST" });
  await assert.rejects(digest, isFault("ValidationException"));
  const other = world.call(operations, "Sign", { ...asked, SigningAlgorithm: "ED25519_PH_SHA_512" });
  await assert.rejects(other, isFault("InvalidKeyUsageException"));
});

test("an RSA key encrypts little, and what it encrypted does not name it", async () => {
  const { world, KeyId, metadata } = await worldWithKey("RSA_2048", "ENCRYPT_DECRYPT");
  assert.deepEqual(metadata.EncryptionAlgorithms, ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]);
  const EncryptionAlgorithm = "RSAES_OAEP_SHA_256";
  const plain = { KeyId, Plaintext: text("a secret"), EncryptionAlgorithm } as const;
  const { CiphertextBlob } = await world.call(operations, "Encrypt", plain);
  const sealed = { CiphertextBlob: CiphertextBlob!, KeyId, EncryptionAlgorithm } as const;
  const { Plaintext, KeyMaterialId } = await world.call(operations, "Decrypt", sealed);
  assert.deepEqual([Buffer.from(Plaintext!).toString(), KeyMaterialId], ["a secret", undefined]);
  for (const [fields, code] of [
    [{ KeyId: undefined }, "InvalidCiphertextException"],
    [{ EncryptionAlgorithm: "RSAES_OAEP_SHA_1" }, "InvalidCiphertextException"],
    [{ EncryptionAlgorithm: undefined }, "InvalidKeyUsageException"],
    [{ EncryptionContext: { a: "b" } }, "ValidationException"],
  ] as const) {
    const input = Object.fromEntries(
      Object.entries({ ...sealed, ...fields }).filter(([, value]) => value !== undefined),
    );
    await assert.rejects(world.call(operations, "Decrypt", input), isFault(code), JSON.stringify(fields));
  }
  const wrong = "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.";
  for (const refused of [
    world.call(operations, "Encrypt", { KeyId, Plaintext: text("x") }),
    world.call(operations, "GenerateDataKey", { KeyId, KeySpec: "AES_256" }),
    world.call(operations, "GenerateDataKeyPair", { KeyId, KeyPairSpec: "ECC_NIST_P256" }),
  ]) {
    await assert.rejects(refused, isFault("InvalidKeyUsageException", wrong));
  }
  await assert.rejects(
    world.call(operations, "EnableKeyRotation", { KeyId }),
    isFault("UnsupportedOperationException"),
  );
});

test("two sides derive the same secret; a key of another curve, or none, is refused", async () => {
  const { world, KeyId } = await worldWithKey("ECC_NIST_P256", "KEY_AGREEMENT");
  const spki = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve });
  const other = spki("P-256");
  const derive = (PublicKey: Uint8Array) =>
    world.call(operations, "DeriveSharedSecret", { KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey });
  const { SharedSecret } = await derive(other.publicKey.export({ type: "spki", format: "der" }));
  const { PublicKey, KeyAgreementAlgorithms } = await world.call(operations, "GetPublicKey", { KeyId });
  assert.deepEqual(KeyAgreementAlgorithms, ["ECDH"]);
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(Buffer.from(other.privateKey.export({ format: "jwk" }).d!, "base64url"));
  const own = createPublicKey({ key: Buffer.from(PublicKey!), format: "der", type: "spki" }).export({ format: "jwk" });
  const [x, y] = [own.x!, own.y!].map((part) => Buffer.from(part, "base64url"));
  assert.deepEqual(Buffer.from(SharedSecret!), ecdh.computeSecret(Buffer.concat([Uint8Array.of(4), x!, y!])));
  for (const wrong of [spki("P-384").publicKey.export({ type: "spki", format: "der" }), text("no key")]) {
    await assert.rejects(derive(wrong), isFault("ValidationException", ""));
  }
  const usage = world.call(operations, "Sign", { KeyId, Message: text("x"), SigningAlgorithm: "ECDSA_SHA_256" });
  await assert.rejects(
    usage,
    isFault("InvalidKeyUsageException", /key usage is KEY_AGREEMENT which is not valid for Sign/),
  );
});

test("a data key pair: its private half is in plain and encrypted", async () => {
  const { world, KeyId } = await worldWithKey("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
  const EncryptionContext = { app: "a" };
  const input = { KeyId, KeyPairSpec: "ECC_NIST_P256", EncryptionContext } as const;
  const made = await world.call(operations, "GenerateDataKeyPair", input);
  const sealed = { CiphertextBlob: made.PrivateKeyCiphertextBlob!, EncryptionContext };
  const { Plaintext } = await world.call(operations, "Decrypt", sealed);
  assert.deepEqual(Buffer.from(Plaintext!), Buffer.from(made.PrivateKeyPlaintext!));
  const key = createPublicKey({ key: Buffer.from(made.PublicKey!), format: "der", type: "spki" });
  const signature = sign("sha256", text("x"), readPrivateKey(Buffer.from(made.PrivateKeyPlaintext!)));
  assert.ok(verify("sha256", text("x"), key, signature));
  const without = await world.call(operations, "GenerateDataKeyPairWithoutPlaintext", input);
  assert.ok(!("PrivateKeyPlaintext" in without));
  const { PublicKey: none } = await world.call(operations, "GetPublicKey", { KeyId }).catch((error: unknown) => {
    isFault("UnsupportedOperationException")(error as Error);
    return { PublicKey: undefined };
  });
  assert.equal(none, undefined);
});

test("a private key is in the store sealed only", async () => {
  const { world, KeyId } = await worldWithKey("ECC_NIST_P256", "SIGN_VERIFY");
  const { value } = await world.store.get(keyKey({ account: "000000000000", region: "us-east-1" }, KeyId));
  const opened = box.open(value!.material[0]!.sealed, "kms key material")!.split(" ")[2]!;
  assert.ok(!JSON.stringify(value).includes(opened.slice(20, 60)));
});
