import type { GrantListEntry, GrantOperation } from "#generated/kms/types.ts";
import { parseArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import { type GrantRecord, isPair, type KeyRecord, keyArn } from "../model.ts";

const ofAll: readonly GrantOperation[] = ["CreateGrant", "RetireGrant", "DescribeKey"];
const ofUsage: Readonly<Record<KeyRecord["keyUsage"], readonly GrantOperation[]>> = {
  ENCRYPT_DECRYPT: ["Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo"],
  SIGN_VERIFY: ["Sign", "Verify"],
  GENERATE_VERIFY_MAC: ["GenerateMac", "VerifyMac"],
  KEY_AGREEMENT: ["DeriveSharedSecret"],
};
const ofSymmetric: readonly GrantOperation[] = [
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
];

function grantable({ keySpec, keyUsage }: KeyRecord): readonly GrantOperation[] {
  const ofSpec = keySpec === "SYMMETRIC_DEFAULT" ? ofSymmetric : isPair(keySpec) ? (["GetPublicKey"] as const) : [];
  return [...ofAll, ...ofUsage[keyUsage], ...ofSpec];
}

/** Refuses operations that a key of its kind does not take part in. */
export function checkGrantOperations(key: KeyRecord, operations: readonly GrantOperation[]): void {
  const possible = grantable(key);
  const wrong = operations.filter((operation) => !possible.includes(operation));
  if (wrong.length === 0) return;
  const message = `${keyArn(key)} key usage is ${key.keyUsage} which is not valid for grants of ${wrong.join(", ")}.`;
  throw new Fault("ValidationException", message);
}

/** Refuses what is not the ARN of a user, a role, a session or an account. */
export function checkPrincipal(principal: string): void {
  const arn = parseArn(principal);
  if (arn !== undefined && (arn.service === "iam" || arn.service === "sts") && /^\d{12}$/.test(arn.account)) return;
  throw new Fault("InvalidArnException", `ARN does not refer to a valid principal: ${principal}`);
}

/** A grant as the lists show it. */
export function toGrant(grant: GrantRecord, account: string): GrantListEntry {
  return {
    KeyId: keyArn({ account, region: grant.region, keyId: grant.keyId }),
    GrantId: grant.grantId,
    ...(grant.name && { Name: grant.name }),
    CreationDate: grant.creationDate,
    GranteePrincipal: grant.granteePrincipal,
    ...(grant.retiringPrincipal && { RetiringPrincipal: grant.retiringPrincipal }),
    IssuingAccount: `arn:aws:iam::${grant.issuingAccount}:root`,
    Operations: grant.operations,
    ...(grant.constraints && { Constraints: grant.constraints }),
  };
}
