import { Fault } from "#kernel/fault.ts";
import { type KeyRecord, keyArn } from "./key.ts";

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

/** Refuses a key that cannot take part in an operation: its state, or what it is for. */
export function checkUsable(key: KeyRecord, operation: string, usage: KeyRecord["keyUsage"] = "ENCRYPT_DECRYPT"): void {
  if (key.keyUsage !== usage) {
    const message = `${keyArn(key)} key usage is ${key.keyUsage} which is not valid for ${operation}.`;
    throw new Fault("InvalidKeyUsageException", message);
  }
  checkEnabled(key);
}
