import type { CreateKeyRequest } from "#generated/kms/types.ts";
import { Fault } from "#kernel/fault.ts";
import { uuid } from "#kernel/random.ts";
import {
  algorithmsOf,
  defaultKeyPolicy,
  isPair,
  isSupported,
  type KeyRecord,
  keyKey,
  newMaterial,
  newPrivateKey,
  type SupportedSpec,
  sealMaterial,
} from "../model.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";
import { checkKeyPolicy } from "../request/key-policy.ts";
import { toMetadata } from "../request/metadata.ts";
import { withTags } from "../request/tags.ts";

export function createKey(parts: KmsParts): KmsHandler<"CreateKey"> {
  return async (input, ctx) => {
    const keySpec = specOf(input);
    const keyUsage = usageOf(input, keySpec);
    refuseOtherOrigins(input);
    if (input.Policy !== undefined) {
      const bypassLockoutCheck = input.BypassPolicyLockoutSafetyCheck ?? false;
      checkKeyPolicy(input.Policy, ctx.caller, parts, { bypassLockoutCheck });
    }
    const tags = withTags({}, input.Tags ?? []);
    const now = ctx.clock.now();
    const keyId = uuid(ctx.random);
    const crypto = { box: parts.box, random: ctx.random };
    const material = isPair(keySpec)
      ? sealMaterial({ keyId }, await newPrivateKey(keySpec), crypto, now)
      : newMaterial({ keyId, keySpec }, crypto, now);
    const key: KeyRecord = {
      account: ctx.account,
      region: ctx.region,
      keyId,
      description: input.Description ?? "",
      keySpec,
      keyUsage,
      keyManager: "CUSTOMER",
      state: "Enabled",
      creationDate: now,
      policy: input.Policy ?? defaultKeyPolicy(ctx),
      tags,
      material: [material],
    };
    await ctx.store.commit({ put: [{ key: keyKey(key, keyId), value: key }] });
    return { KeyMetadata: toMetadata(key) };
  };
}

function specOf({ KeySpec, CustomerMasterKeySpec }: CreateKeyRequest): SupportedSpec {
  if (KeySpec !== undefined && CustomerMasterKeySpec !== undefined) {
    const message =
      "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.";
    throw new Fault("ValidationException", message);
  }
  const spec = KeySpec ?? CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
  if (isSupported(spec)) return spec;
  throw new Fault("UnsupportedOperationException", `KeySpec ${spec} is not supported on this platform.`);
}

function usageOf({ KeyUsage }: CreateKeyRequest, spec: SupportedSpec): KeyRecord["keyUsage"] {
  const usage = KeyUsage ?? "ENCRYPT_DECRYPT";
  if (KeyUsage === undefined && spec !== "SYMMETRIC_DEFAULT") {
    const message = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.";
    throw new Fault("ValidationException", message);
  }
  if (algorithmsOf(spec, usage) !== undefined) return usage;
  throw new Fault("ValidationException", `KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
}

function refuseOtherOrigins({ Origin, CustomKeyStoreId, XksKeyId, MultiRegion }: CreateKeyRequest): void {
  const refuse = (what: string) => {
    throw new Fault("UnsupportedOperationException", `${what} is not supported on this platform.`);
  };
  if (Origin !== undefined && Origin !== "AWS_KMS") refuse(`Origin ${Origin}`);
  if (CustomKeyStoreId !== undefined) refuse("CustomKeyStoreId");
  if (XksKeyId !== undefined) refuse("XksKeyId");
  if (MultiRegion) refuse("MultiRegion");
}
