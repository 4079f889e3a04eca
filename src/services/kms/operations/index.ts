import type { Operations } from "#generated/kms/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { KmsParts } from "../request/handler.ts";
import { CancelKeyDeletion } from "./cancel-key-deletion.ts";
import { CreateAlias } from "./create-alias.ts";
import { createGrant } from "./create-grant.ts";
import { createKey } from "./create-key.ts";
import { decrypt } from "./decrypt.ts";
import { DeleteAlias } from "./delete-alias.ts";
import { deriveSharedSecret } from "./derive-shared-secret.ts";
import { describeKey } from "./describe-key.ts";
import { DisableKey } from "./disable-key.ts";
import { DisableKeyRotation } from "./disable-key-rotation.ts";
import { EnableKey } from "./enable-key.ts";
import { EnableKeyRotation } from "./enable-key-rotation.ts";
import { encrypt } from "./encrypt.ts";
import { generateDataKey } from "./generate-data-key.ts";
import { generateDataKeyPair } from "./generate-data-key-pair.ts";
import { generateDataKeyPairWithoutPlaintext } from "./generate-data-key-pair-without-plaintext.ts";
import { generateDataKeyWithoutPlaintext } from "./generate-data-key-without-plaintext.ts";
import { generateMac } from "./generate-mac.ts";
import { generateRandom } from "./generate-random.ts";
import { GetKeyPolicy } from "./get-key-policy.ts";
import { GetKeyRotationStatus } from "./get-key-rotation-status.ts";
import { getPublicKey } from "./get-public-key.ts";
import { ListAliases } from "./list-aliases.ts";
import { ListGrants } from "./list-grants.ts";
import { ListKeyPolicies } from "./list-key-policies.ts";
import { ListKeyRotations } from "./list-key-rotations.ts";
import { ListKeys } from "./list-keys.ts";
import { ListResourceTags } from "./list-resource-tags.ts";
import { ListRetirableGrants } from "./list-retirable-grants.ts";
import { putKeyPolicy } from "./put-key-policy.ts";
import { reEncrypt } from "./re-encrypt.ts";
import { retireGrant } from "./retire-grant.ts";
import { RevokeGrant } from "./revoke-grant.ts";
import { rotateKeyOnDemand } from "./rotate-key-on-demand.ts";
import { ScheduleKeyDeletion } from "./schedule-key-deletion.ts";
import { sign } from "./sign.ts";
import { TagResource } from "./tag-resource.ts";
import { UntagResource } from "./untag-resource.ts";
import { UpdateAlias } from "./update-alias.ts";
import { UpdateKeyDescription } from "./update-key-description.ts";
import { verify } from "./verify.ts";
import { verifyMac } from "./verify-mac.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(parts: KmsParts) {
  return {
    CancelKeyDeletion,
    CreateAlias,
    CreateGrant: createGrant(parts),
    CreateKey: createKey(parts),
    Decrypt: decrypt(parts),
    DeleteAlias,
    DeriveSharedSecret: deriveSharedSecret(parts),
    DescribeKey: describeKey(parts),
    DisableKey,
    DisableKeyRotation,
    EnableKey,
    EnableKeyRotation,
    Encrypt: encrypt(parts),
    GenerateDataKey: generateDataKey(parts),
    GenerateDataKeyPair: generateDataKeyPair(parts),
    GenerateDataKeyPairWithoutPlaintext: generateDataKeyPairWithoutPlaintext(parts),
    GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext(parts),
    GenerateMac: generateMac(parts),
    GenerateRandom: generateRandom(parts),
    GetKeyPolicy,
    GetKeyRotationStatus,
    GetPublicKey: getPublicKey(parts),
    ListAliases,
    ListGrants,
    ListKeyPolicies,
    ListKeyRotations,
    ListKeys,
    ListResourceTags,
    ListRetirableGrants,
    PutKeyPolicy: putKeyPolicy(parts),
    ReEncrypt: reEncrypt(parts),
    RetireGrant: retireGrant(parts),
    RevokeGrant,
    RotateKeyOnDemand: rotateKeyOnDemand(parts),
    ScheduleKeyDeletion,
    Sign: sign(parts),
    TagResource,
    UntagResource,
    UpdateAlias,
    UpdateKeyDescription,
    Verify: verify(parts),
    VerifyMac: verifyMac(parts),
  } satisfies Handlers<Operations>;
}
