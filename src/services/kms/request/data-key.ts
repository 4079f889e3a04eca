import type { GenerateDataKeyRequest } from "#generated/kms/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { checkSymmetric, checkUsable, currentMaterial, encryptUnder, findKey, keyArn } from "../model.ts";
import { checkCommonFields, endDryRun } from "./checks.ts";

/** A fresh data key, in plain and encrypted under the KMS key: the answer of GenerateDataKey. */
export function newDataKey(input: GenerateDataKeyRequest, ctx: RequestContext, operation: string, box: SecretBox) {
  checkCommonFields(input, box);
  const bytes = sizeOf(input);
  const key = findKey(ctx, input.KeyId).value;
  checkUsable(key, operation);
  checkSymmetric(key);
  endDryRun(input);
  const plaintext = ctx.random.bytes(bytes);
  return {
    CiphertextBlob: encryptUnder(key, plaintext, input.EncryptionContext ?? {}, { box, random: ctx.random }),
    Plaintext: plaintext,
    KeyId: keyArn(key),
    KeyMaterialId: currentMaterial(key).id,
  };
}

function sizeOf({ KeySpec, NumberOfBytes }: GenerateDataKeyRequest): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined)) {
    throw new Fault("ValidationException", "Please specify either number of bytes or key spec.");
  }
  return NumberOfBytes ?? (KeySpec === "AES_128" ? 16 : 32);
}
