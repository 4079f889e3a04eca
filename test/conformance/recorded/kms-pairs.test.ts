import { createHash } from "node:crypto";
import { type Play, replay } from "./replay.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

async function newKey({ call }: Pick<Play, "call">, KeySpec: string, KeyUsage: string): Promise<string> {
  return (await call<{ KeyMetadata: { KeyId: string } }>("kms.CreateKey", { KeySpec, KeyUsage })).KeyMetadata.KeyId;
}

const tooLarge =
  (KeySpec: string, EncryptionAlgorithm: string) =>
  async ({ call, step }: Play): Promise<void> => {
    const KeyId = await newKey({ call }, KeySpec, "ENCRYPT_DECRYPT");
    const Plaintext = base64("x".repeat(Number(KeySpec.slice(4)) / 8));
    await step("generate-random-exc", "kms.Encrypt", { KeyId, Plaintext, EncryptionAlgorithm });
  };

const signVerify =
  (KeySpec: string, SigningAlgorithm: string) =>
  async ({ call, step }: Play): Promise<void> => {
    const KeyId = await newKey({ call }, KeySpec, "SIGN_VERIFY");
    const asked = { KeyId, SigningAlgorithm };
    const message = { ...asked, Message: base64("test message"), MessageType: "RAW" };
    const { Signature } = await step<{ Signature: string }>("signature", "kms.Sign", message);
    await step("verification", "kms.Verify", { ...message, Signature });
    await step("bad-digest", "kms.Sign", { ...message, MessageType: "DIGEST" });
    await step("bad-signature", "kms.Verify", { ...message, Signature: base64("not a signature") });
    const Message = createHash(`sha${SigningAlgorithm.slice(-3)}`)
      .update("test message")
      .digest("base64");
    await call("kms.Verify", { ...asked, Message, MessageType: "DIGEST", Signature });
  };

const signed = [
  ["RSA_2048", "RSASSA_PSS_SHA_256"],
  ["RSA_2048", "RSASSA_PSS_SHA_384"],
  ["RSA_2048", "RSASSA_PSS_SHA_512"],
  ["RSA_4096", "RSASSA_PKCS1_V1_5_SHA_256"],
  ["ECC_NIST_P256", "ECDSA_SHA_256"],
  ["ECC_NIST_P384", "ECDSA_SHA_384"],
  ["ECC_SECG_P256K1", "ECDSA_SHA_256"],
] as const;

const encrypted = ["RSA_2048", "RSA_3072"].flatMap((spec) =>
  ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"].map((algorithm) => [spec, algorithm] as const),
);

replay("kms/test_kms.snapshot.json", {
  ...Object.fromEntries(
    encrypted.map(([spec, algorithm]) => [
      `test_encrypt_validate_plaintext_size_per_key_type[${spec}-${algorithm}]`,
      tooLarge(spec, algorithm),
    ]),
  ),
  ...Object.fromEntries(
    signed.map(([spec, algorithm]) => [`test_sign_verify[${spec}-${algorithm}]`, signVerify(spec, algorithm)]),
  ),
  "test_re_encrypt[RSA_2048-RSAES_OAEP_SHA_256]": async ({ call, step }) => {
    const source = await newKey({ call }, "RSA_2048", "ENCRYPT_DECRYPT");
    const target = await newKey({ call }, "RSA_2048", "ENCRYPT_DECRYPT");
    const EncryptionAlgorithm = "RSAES_OAEP_SHA_256";
    const plain = { KeyId: source, Plaintext: base64("message"), EncryptionAlgorithm };
    const { CiphertextBlob } = await call<{ CiphertextBlob: string }>("kms.Encrypt", plain);
    const keys = { SourceKeyId: source, DestinationKeyId: target };
    const algorithms = {
      SourceEncryptionAlgorithm: EncryptionAlgorithm,
      DestinationEncryptionAlgorithm: EncryptionAlgorithm,
    };
    await step("test_re_encrypt", "kms.ReEncrypt", { CiphertextBlob, ...keys, ...algorithms });
  },
  test_derive_shared_secret: async ({ call, step, skip }) => {
    // The same words of another key, which is masked as the one before.
    skip("response-invalid-key");
    const own = await newKey({ call }, "ECC_NIST_P256", "KEY_AGREEMENT");
    const other = await newKey({ call }, "ECC_NIST_P256", "KEY_AGREEMENT");
    const signing = await newKey({ call }, "ECC_NIST_P256", "SIGN_VERIFY");
    const { PublicKey } = await call<{ PublicKey: string }>("kms.GetPublicKey", { KeyId: other });
    const asked = { KeyAgreementAlgorithm: "ECDH", PublicKey };
    await step("response", "kms.DeriveSharedSecret", { ...asked, KeyId: own });
    await step("response-invalid-key-usage", "kms.DeriveSharedSecret", { ...asked, KeyId: signing });
    const wrongSpec = { KeySpec: "RSA_2048", KeyUsage: "KEY_AGREEMENT" };
    await step("response-invalid-key-spec", "kms.CreateKey", wrongSpec);
    const wrong = { ...asked, KeyId: own, KeyAgreementAlgorithm: "INVALID" };
    await step("response-invalid-key-agreement-algo", "kms.DeriveSharedSecret", wrong);
    const none = { ...asked, KeyId: own, PublicKey: base64("InvalidPublicKey") };
    await step("response-invalid-public-key", "kms.DeriveSharedSecret", none);
  },
  test_generate_data_key_pair: async ({ call, step }) => {
    const KeyId = await newKey({ call }, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
    await step("generate-data-key-pair", "kms.GenerateDataKeyPair", { KeyId, KeyPairSpec: "RSA_2048" });
  },
  test_generate_data_key_pair_without_plaintext: async ({ call, step }) => {
    const KeyId = await newKey({ call }, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
    const input = { KeyId, KeyPairSpec: "RSA_2048" };
    await step("generate-data-key-pair-without-plaintext", "kms.GenerateDataKeyPairWithoutPlaintext", input);
  },
  test_generate_data_key_pair_dry_run: async ({ call, step }) => {
    const KeyId = await newKey({ call }, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
    const input = { KeyId, KeyPairSpec: "RSA_2048", DryRun: true };
    await step("dryrun_exception", "kms.GenerateDataKeyPair", input);
  },
});
