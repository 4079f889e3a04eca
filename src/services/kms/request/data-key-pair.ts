import type { GenerateDataKeyPairRequest } from "#generated/kms/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import {
  checkSymmetric,
  checkUsable,
  currentMaterial,
  encryptUnder,
  findKey,
  isPair,
  isSupported,
  keyArn,
  newPrivateKey,
  publicKeyOf,
  readPrivateKey,
} from "../model.ts";
import { checkCommonFields, endDryRun } from "./checks.ts";

/** A fresh pair, whose private half is encrypted under the KMS key: the answer of GenerateDataKeyPair. */
export async function newDataKeyPair(
  input: GenerateDataKeyPairRequest,
  ctx: RequestContext,
  operation: string,
  box: SecretBox,
) {
  checkCommonFields(input, box);
  const spec = input.KeyPairSpec;
  const key = findKey(ctx, input.KeyId).value;
  checkUsable(key, operation);
  checkSymmetric(key);
  if (!isSupported(spec) || !isPair(spec)) {
    throw new Fault("UnsupportedOperationException", `KeyPairSpec ${spec} is not supported on this platform.`);
  }
  endDryRun(input);
  const plaintext = await newPrivateKey(spec);
  const parts = { box, random: ctx.random };
  return {
    PrivateKeyCiphertextBlob: encryptUnder(key, plaintext, input.EncryptionContext ?? {}, parts),
    PrivateKeyPlaintext: plaintext,
    PublicKey: publicKeyOf(readPrivateKey(plaintext)),
    KeyId: keyArn(key),
    KeyPairSpec: spec,
    KeyMaterialId: currentMaterial(key).id,
  };
}
