import { Fault } from "#kernel/fault.ts";
import { type KeyRecord, keyArn } from "./key.ts";
import { algorithmsOf } from "./spec.ts";

/** Refuses a key that is on its way out. */
export function checkNotPendingDeletion(key: KeyRecord): void {
  if (key.state === "PendingDeletion") {
    throw new Fault("KMSInvalidStateException", `${keyArn(key)} is pending deletion.`);
  }
}

/** Refuses a key that cannot be used as it is: disabled, or pending deletion. */
export function checkEnabled(key: KeyRecord): void {
  checkNotPendingDeletion(key);
  if (key.state === "Disabled") throw new Fault("DisabledException", `${keyArn(key)} is disabled.`);
}

/** Refuses a key that is no symmetric encryption key where only such a one will do. */
export function checkSymmetric(key: KeyRecord): void {
  checkAlgorithm(key, "SYMMETRIC_DEFAULT");
}

/** Refuses an algorithm that is not the key's. */
export function checkAlgorithm(key: KeyRecord, algorithm: string): void {
  const own = Object.values(algorithmsOf(key.keySpec, key.keyUsage) ?? {}).flat();
  if (own.includes(algorithm as never)) return;
  const message = `Algorithm ${algorithm} is incompatible with key spec ${key.keySpec}.`;
  throw new Fault("InvalidKeyUsageException", message);
}

/** Refuses a key that cannot take part in an operation: its state, or what it is for. */
export function checkUsable(key: KeyRecord, operation: string, usage: KeyRecord["keyUsage"] = "ENCRYPT_DECRYPT"): void {
  if (key.keyUsage !== usage) {
    const message = `${keyArn(key)} key usage is ${key.keyUsage} which is not valid for ${operation}.`;
    throw new Fault("InvalidKeyUsageException", message);
  }
  checkEnabled(key);
}
