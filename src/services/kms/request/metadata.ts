import type { KeyMetadata } from "#generated/kms/types.ts";
import { currentMaterial, type KeyRecord, keyArn } from "../model.ts";
import { macAlgorithmOf } from "./mac.ts";

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
    CustomerMasterKeySpec: key.keySpec,
    KeySpec: key.keySpec,
    MultiRegion: false,
    ...(key.keySpec === "SYMMETRIC_DEFAULT"
      ? { EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"] as const, CurrentKeyMaterialId: currentMaterial(key).id }
      : { MacAlgorithms: [macAlgorithmOf(key.keySpec)] }),
  };
}
