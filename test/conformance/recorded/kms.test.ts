import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type Play, replay } from "./replay.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const absent = "134f2428-cec1-4b25-a1ae-9048164dba47";

async function newKey({ call }: Pick<Play, "call">, input: object = {}): Promise<Record<string, string>> {
  return (await call<{ KeyMetadata: Record<string, string> }>("kms.CreateKey", input)).KeyMetadata;
}

const macOf =
  (KeySpec: string, MacAlgorithm: string) =>
  async ({ call, step }: Play): Promise<void> => {
    const { KeyId } = await newKey({ call }, { KeySpec, KeyUsage: "GENERATE_VERIFY_MAC" });
    const message = { Message: base64("some important message"), MacAlgorithm };
    const { Mac } = await step<{ Mac: string }>("generate-mac", "kms.GenerateMac", { KeyId, ...message });
    await step("verify-mac", "kms.VerifyMac", { KeyId, ...message, Mac });
    await step("generate-mac-invalid-key-id", "kms.GenerateMac", { KeyId: "key_id", ...message });
    await step("verify-mac-invalid-key-id", "kms.VerifyMac", { KeyId: "key_id", ...message, Mac });
  };

/** Both are refused for what the algorithm or the message is. */
const wrongMac =
  (MacAlgorithm: string, text: string) =>
  async ({ call, step }: Play): Promise<void> => {
    const { KeyId } = await newKey({ call }, { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
    const made = { KeyId, Message: base64("some important message"), MacAlgorithm: "HMAC_SHA_256" };
    const { Mac } = await step<{ Mac: string }>("generate-mac", "kms.GenerateMac", made);
    await step("verify-mac", "kms.VerifyMac", { KeyId, Message: base64(text), MacAlgorithm, Mac });
  };

const tagged = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ TagKey: `tag${i + 1}`, TagValue: `value${i + 1}` }));

async function tagsOf({ call }: Pick<Play, "call">, KeyId: string | undefined): Promise<unknown> {
  return (await call<{ Tags: unknown }>("kms.ListResourceTags", { KeyId })).Tags;
}

const refusedTags =
  (step: string, Tags: object[]) =>
  ({ step: made }: Play) =>
    made(step, "kms.CreateKey", { Tags });

const rotationPeriod =
  (RotationPeriodInDays: number) =>
  async ({ call, step }: Play): Promise<void> => {
    const { KeyId } = await newKey({ call });
    await call("kms.EnableKeyRotation", { KeyId, RotationPeriodInDays });
    await step("match_response", "kms.GetKeyRotationStatus", { KeyId });
  };

const randomOf =
  (NumberOfBytes: number | undefined) =>
  ({ step }: Play) =>
    step("generate-random-exc", "kms.GenerateRandom", { NumberOfBytes });

/** What is decrypted without the context that it was encrypted with. */
const withoutContext =
  (operation: string) =>
  async ({ call, step }: Play): Promise<void> => {
    const { KeyId } = await newKey({ call });
    const input = { KeyId, KeySpec: "AES_256", EncryptionContext: { "context-key": "context-value" } };
    const { CiphertextBlob } = await call<{ CiphertextBlob: string }>(operation, input);
    await call("kms.Decrypt", { CiphertextBlob, KeyId, EncryptionContext: input.EncryptionContext });
    await step("decrypt-without-encryption-context", "kms.Decrypt", { CiphertextBlob, KeyId });
  };

replay("kms/test_kms.snapshot.json", {
  test_create_key: async ({ call, is }) => {
    const { KeyId } = await newKey({ call }, { Description: "test key 123" });
    is("describe-key", (await call<{ KeyMetadata: unknown }>("kms.DescribeKey", { KeyId })).KeyMetadata);
  },
  test_get_key_in_different_region: async ({ call, step, is }) => {
    const other = { region: "us-west-2" };
    const made = await call<{ KeyMetadata: Record<string, string> }>(
      "kms.CreateKey",
      { Description: "test key 123" },
      other,
    );
    const { KeyId, Arn } = made.KeyMetadata;
    await step("describe-key-diff-region-with-id", "kms.DescribeKey", { KeyId });
    await step("describe-key-diff-region-with-arn", "kms.DescribeKey", { KeyId: Arn });
    is("describe-key-same-specific-region-with-id", await call("kms.DescribeKey", { KeyId }, other));
    is("describe-key-same-specific-region-with-arn", await call("kms.DescribeKey", { KeyId: Arn }, other));
  },
  test_get_key_does_not_exist: async ({ call, step }) => {
    const { KeyId = "", Arn = "" } = await newKey({ call });
    await step("describe-nonexistent-key-with-id", "kms.DescribeKey", { KeyId: absent });
    await step("describe-nonexistent-with-arn", "kms.DescribeKey", { KeyId: Arn.replace(KeyId, absent) });
    const multiRegion = `mrk-${absent.replaceAll("-", "")}`;
    await step("describe-key-with-valid-id-mrk", "kms.DescribeKey", { KeyId: multiRegion });
  },
  test_get_key_invalid_uuid: async ({ step }) => {
    await step("describe-key-with-invalid-uuid", "kms.DescribeKey", { KeyId: "fake-key-id" });
    const KeyId = absent.replaceAll("-", "");
    await step("describe-key-with-invalid-uuid-2", "kms.DescribeKey", { KeyId });
    await step("describe-key-with-invalid-uuid-mrk", "kms.DescribeKey", { KeyId: "mrk-fake-key-id" });
  },
  test_create_alias: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    await step("create_alias", "kms.CreateAlias", { AliasName: "a", TargetKeyId: KeyId });
  },
  test_describe_with_alias_arn: async ({ call, step, is }) => {
    const key = await newKey({ call }, { Description: "test - description" });
    is("created-key", key);
    await call("kms.CreateAlias", { AliasName: "alias/a", TargetKeyId: key.KeyId });
    const KeyId = key.Arn!.replace(`key/${key.KeyId}`, "alias/a");
    await step("describe-key", "kms.DescribeKey", { KeyId });
  },
  "test_generate_random_invalid_number_of_bytes[None]": randomOf(undefined),
  "test_generate_random_invalid_number_of_bytes[0]": randomOf(0),
  "test_generate_random_invalid_number_of_bytes[1025]": randomOf(1025),
  ...Object.fromEntries(
    [1, 12, 44, 91, 1024].map((NumberOfBytes) => [
      `test_generate_random[${NumberOfBytes}]`,
      async ({ call, is }: Play) => {
        const { Plaintext } = await call<{ Plaintext: string }>("kms.GenerateRandom", { NumberOfBytes });
        is("result_length", Buffer.from(Plaintext, "base64").length);
      },
    ]),
  ),
  test_hmac_create_key: async ({ call, is }) => {
    const input = { Description: "test key", KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" };
    const key = await newKey({ call }, input);
    is("create-hmac-key", key);
    is("describe-key", (await call<{ KeyMetadata: unknown }>("kms.DescribeKey", { KeyId: key.KeyId })).KeyMetadata);
  },
  "test_generate_and_verify_mac[HMAC_224-HMAC_SHA_224]": macOf("HMAC_224", "HMAC_SHA_224"),
  "test_generate_and_verify_mac[HMAC_256-HMAC_SHA_256]": macOf("HMAC_256", "HMAC_SHA_256"),
  "test_generate_and_verify_mac[HMAC_384-HMAC_SHA_384]": macOf("HMAC_384", "HMAC_SHA_384"),
  "test_generate_and_verify_mac[HMAC_512-HMAC_SHA_512]": macOf("HMAC_512", "HMAC_SHA_512"),
  "test_invalid_generate_mac[HMAC_224-HMAC_SHA_256]": async ({ call, step }) => {
    const { KeyId } = await newKey({ call }, { KeySpec: "HMAC_224", KeyUsage: "GENERATE_VERIFY_MAC" });
    const input = { KeyId, Message: base64("some important message"), MacAlgorithm: "HMAC_SHA_256" };
    await step("generate-mac", "kms.GenerateMac", input);
  },
  "test_invalid_verify_mac[HMAC_256-HMAC_SHA_256-some different important message]": wrongMac(
    "HMAC_SHA_256",
    "some different important message",
  ),
  "test_invalid_verify_mac[HMAC_256-HMAC_SHA_512-some important message]": wrongMac(
    "HMAC_SHA_512",
    "some important message",
  ),
  test_plaintext_size_for_encrypt: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    const Plaintext = base64("x".repeat(4097));
    await step("invalid-plaintext-size-encrypt", "kms.Encrypt", { KeyId, Plaintext });
  },
  test_generate_data_key: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    await step("generate-data-key-result", "kms.GenerateDataKey", { KeyId, KeySpec: "AES_256" });
  },
  test_generate_data_key_without_plaintext: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    const input = { KeyId, KeySpec: "AES_256" };
    await step("generate-data-key-without-plaintext", "kms.GenerateDataKeyWithoutPlaintext", input);
  },
  test_encryption_context_generate_data_key: withoutContext("kms.GenerateDataKey"),
  test_encryption_context_generate_data_key_without_plaintext: withoutContext("kms.GenerateDataKeyWithoutPlaintext"),
  test_encrypt_decrypt_encryption_context: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    const EncryptionContext = { "context-key": "context-value" };
    const plain = { KeyId, Plaintext: base64("test123"), EncryptionContext };
    const { CiphertextBlob } = await step<{ CiphertextBlob: string }>("encrypt_response", "kms.Encrypt", plain);
    const sealed = { KeyId, CiphertextBlob };
    await step("decrypt_response_with_encryption_context", "kms.Decrypt", { ...sealed, EncryptionContext });
    await step("decrypt_response_without_encryption_context", "kms.Decrypt", sealed);
    const broken = { ...sealed, CiphertextBlob: base64("invalid ciphertext"), EncryptionContext };
    await step("decrypt_response_with_invalid_ciphertext", "kms.Decrypt", broken);
  },
  "test_re_encrypt[SYMMETRIC_DEFAULT-SYMMETRIC_DEFAULT]": async ({ call, step }) => {
    const source = await newKey({ call });
    const target = await newKey({ call });
    const plain = { KeyId: source.KeyId, Plaintext: base64("message") };
    const { CiphertextBlob } = await call<{ CiphertextBlob: string }>("kms.Encrypt", plain);
    const input = { CiphertextBlob, SourceKeyId: source.KeyId, DestinationKeyId: target.KeyId };
    await step("test_re_encrypt", "kms.ReEncrypt", input);
  },
  test_re_encrypt_incorrect_source_key: async ({ call, step }) => {
    const source = await newKey({ call });
    const target = await newKey({ call });
    const plain = { KeyId: source.KeyId, Plaintext: base64("message") };
    const { CiphertextBlob } = await call<{ CiphertextBlob: string }>("kms.Encrypt", plain);
    const input = { CiphertextBlob, SourceKeyId: target.KeyId, DestinationKeyId: target.KeyId };
    await step("incorrect-source-key", "kms.ReEncrypt", input);
  },
  test_tag_existing_key_and_untag: async ({ call, is }) => {
    const { KeyId } = await newKey({ call });
    await call("kms.TagResource", { KeyId, Tags: tagged(2) });
    is("list-resource-tags", await tagsOf({ call }, KeyId));
    await call("kms.UntagResource", { KeyId, TagKeys: ["tag1", "tag2"] });
    is("list-resource-tags-after-all-untagged", await tagsOf({ call }, KeyId));
  },
  test_create_key_with_tag_and_untag: async ({ call, is }) => {
    const { KeyId } = await newKey({ call }, { Tags: tagged(2) });
    is("list-resource-tags", await tagsOf({ call }, KeyId));
    await call("kms.UntagResource", { KeyId, TagKeys: ["tag1", "tag2"] });
    is("list-resource-tags-after-all-untagged", await tagsOf({ call }, KeyId));
  },
  test_untag_key_partially: async ({ call, is }) => {
    const { KeyId } = await newKey({ call }, { Tags: tagged(3) });
    is("list-resource-tags", await tagsOf({ call }, KeyId));
    await call("kms.UntagResource", { KeyId, TagKeys: ["tag2"] });
    is("list-resource-tags-after-partially-untagged", await tagsOf({ call }, KeyId));
  },
  test_update_and_add_tags_on_tagged_key: async ({ call, is }) => {
    const { KeyId } = await newKey({ call }, { Tags: tagged(3) });
    is("list-resource-tags", await tagsOf({ call }, KeyId));
    const [, , , four, five] = tagged(5);
    const Tags = [{ TagKey: "tag2", TagValue: "updated_value2" }, four, five];
    await call("kms.TagResource", { KeyId, Tags });
    is("list-resource-tags-after-tags-updated", await tagsOf({ call }, KeyId));
  },
  test_tag_key_with_duplicate_tag_keys_raises_error: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    await step("duplicate-tag-keys", "kms.TagResource", { KeyId, Tags: [...tagged(1), ...tagged(1)] });
  },
  test_create_key_with_too_many_tags_raises_error: refusedTags("invalid-tag-key", tagged(51)),
  test_tag_existing_key_with_invalid_tag_key: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    await step("invalid-tag-key", "kms.TagResource", { KeyId, Tags: [{ TagKey: "aws:key1", TagValue: "value1" }] });
  },
  "test_create_key_with_invalid_tag_key[lowercase_prefix]": refusedTags("invalid-tag-key", [
    { TagKey: "aws:key1", TagValue: "value1" },
  ]),
  "test_create_key_with_invalid_tag_key[uppercase_prefix]": refusedTags("invalid-tag-key", [
    { TagKey: "AWS:key1", TagValue: "value1" },
  ]),
  "test_create_key_with_invalid_tag_key[too_long_key]": refusedTags("invalid-tag-key", [
    { TagKey: "a".repeat(129), TagValue: "value1" },
  ]),
  test_key_with_long_tag_value_raises_error: refusedTags("too-long-tag-value", [
    { TagKey: "test", TagValue: "v".repeat(257) },
  ]),
  "test_key_enable_rotation_status[90]": rotationPeriod(90),
  "test_key_enable_rotation_status[180]": rotationPeriod(180),
  test_rotate_key_on_demand_modifies_key_material: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    await step("rotate-on-demand-response", "kms.RotateKeyOnDemand", { KeyId });
  },
  test_rotate_on_demand_returns_arn_for_key_id: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    await step("rotate-on-demand-aws-key", "kms.RotateKeyOnDemand", { KeyId });
  },
  test_rotate_key_on_demand_with_symmetric_key_and_automatic_rotation_disabled: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    await step("rotate-on-demand-response", "kms.RotateKeyOnDemand", { KeyId });
    await step("rotation-status-response-after-rotation", "kms.GetKeyRotationStatus", { KeyId });
  },
  test_rotate_key_on_demand_with_symmetric_key_and_automatic_rotation_enabled: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    await call("kms.EnableKeyRotation", { KeyId });
    await step("rotate-on-demand-response", "kms.RotateKeyOnDemand", { KeyId });
    await step("rotation-status-response-after-rotation", "kms.GetKeyRotationStatus", { KeyId });
  },
  test_rotate_key_on_demand_raises_error_given_key_is_disabled: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    await call("kms.DisableKey", { KeyId });
    await step("error-response", "kms.RotateKeyOnDemand", { KeyId });
  },
  test_rotate_key_on_demand_raises_error_given_key_that_does_not_exist: ({ step }) =>
    step("error-response", "kms.RotateKeyOnDemand", { KeyId: randomUUID() }),
  test_rotate_key_on_demand_raises_error_given_non_symmetric_key: async ({ call, step }) => {
    const { KeyId } = await newKey({ call }, { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
    await step("error-response", "kms.RotateKeyOnDemand", { KeyId });
  },
  test_key_rotations_limits: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    for (let i = 0; i < 25; i++) await call("kms.RotateKeyOnDemand", { KeyId });
    await step("error-response", "kms.RotateKeyOnDemand", { KeyId });
  },
  test_key_rotations_encryption_decryption: async ({ call, step }) => {
    const { KeyId } = await newKey({ call });
    const { CiphertextBlob } = await call<{ CiphertextBlob: string }>("kms.Encrypt", { KeyId, Plaintext: base64("x") });
    await call("kms.RotateKeyOnDemand", { KeyId });
    await call("kms.Decrypt", { KeyId, CiphertextBlob });
    const broken = Buffer.from(CiphertextBlob, "base64");
    broken[broken.length - 1]! ^= 1;
    await step("bad-ciphertext", "kms.Decrypt", { KeyId, CiphertextBlob: broken.toString("base64") });
  },
  test_key_rotation_updates_current_key_material_id_for_aws_symmetric_keys: async ({ call, step }) => {
    const { KeyId } = await newKey({ call }, { Description: "test-key" });
    const before = await step<{ KeyMetadata: Record<string, string> }>(
      "describe-key-before-rotation",
      "kms.DescribeKey",
      { KeyId },
    );
    await call("kms.RotateKeyOnDemand", { KeyId });
    const after = await step<typeof before>("describe-key-after-rotation", "kms.DescribeKey", { KeyId });
    assert.notEqual(after.KeyMetadata.CurrentKeyMaterialId, before.KeyMetadata.CurrentKeyMaterialId);
  },
});
