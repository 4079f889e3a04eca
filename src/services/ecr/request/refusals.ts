import type { EncryptionConfiguration } from "#generated/ecr/types.ts";
import { Fault } from "#kernel/fault.ts";

/** Content is not encrypted by the platform: nobody is to believe that it is, under a key of theirs. */
export function refuseKeys(configuration: Partial<EncryptionConfiguration> | undefined): void {
  const { encryptionType = "AES256", kmsKey } = configuration ?? {};
  if (encryptionType === "AES256" && kmsKey === undefined) return;
  const words = "Encryption of repositories under keys of KMS is not available on this platform.";
  throw new Fault("InvalidParameterException", `Invalid parameter at 'encryptionConfiguration': ${words}`);
}
