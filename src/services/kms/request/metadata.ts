import type { KeyMetadata } from "#generated/kms/types.ts";
import { algorithmsOf, currentMaterial, type KeyRecord, keyArn } from "../model.ts";

/** The spec, under its old name too; that has no values for newer specs. */
export function specOf({ keySpec }: Pick<KeyRecord, "keySpec">) {
  return { ...(keySpec !== "ECC_NIST_EDWARDS25519" && { CustomerMasterKeySpec: keySpec }), KeySpec: keySpec };
}

/** A key as DescribeKey shows it. */
export function toMetadata(key: KeyRecord): KeyMetadata {
  return {
    AWSAccountId: key.account,
    KeyId: key.keyId,
    Arn: keyArn(key),
    CreationDate: key.creationDate,
    Enabled: key.state === "Enabled",
    Description: key.description,
    KeyUsage: key.keyUsage,
    KeyState: key.state,
    ...(key.deletion && { DeletionDate: key.deletion.at }),
    Origin: "AWS_KMS",
    KeyManager: key.keyManager,
    ...specOf(key),
    MultiRegion: false,
    ...algorithmsOf(key.keySpec, key.keyUsage),
    ...(key.keySpec === "SYMMETRIC_DEFAULT" && { CurrentKeyMaterialId: currentMaterial(key).id }),
  };
}
