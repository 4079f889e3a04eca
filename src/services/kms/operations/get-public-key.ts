import { Fault } from "#kernel/fault.ts";
import {
  algorithmsOf,
  checkEnabled,
  currentMaterial,
  findKey,
  isPair,
  keyArn,
  openMaterial,
  publicKeyOf,
  readPrivateKey,
} from "../model.ts";
import { checkCommonFields } from "../request/checks.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";
import { specOf } from "../request/metadata.ts";

export function getPublicKey({ box }: KmsParts): KmsHandler<"GetPublicKey"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    const key = findKey(ctx, input.KeyId).value;
    if (!isPair(key.keySpec)) throw new Fault("UnsupportedOperationException", `${keyArn(key)} has no public key.`);
    checkEnabled(key);
    return {
      KeyId: keyArn(key),
      PublicKey: publicKeyOf(readPrivateKey(openMaterial(key, currentMaterial(key), box))),
      ...specOf(key),
      KeyUsage: key.keyUsage,
      ...algorithmsOf(key.keySpec, key.keyUsage),
    };
  };
}
