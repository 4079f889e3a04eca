import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Entry } from "#kernel/store.ts";
import { type MfaDeviceRecord, mfaSeedPurpose, type UserRecord } from "../model.ts";
import { noSuchEntity, requireMfaDevice } from "./find.ts";

export function seedOf(secretBox: SecretBox, device: MfaDeviceRecord): string {
  const seed = secretBox.open(device.sealedSeed, mfaSeedPurpose);
  if (seed !== undefined) return seed;
  throw new Fault("ServiceFailureException", "The seed of the MFA device was sealed with another master key.");
}

/** A device that is enabled for this user. */
export async function requireDeviceOf(
  ctx: RequestContext,
  user: UserRecord,
  serialNumber: string,
): Promise<Entry<MfaDeviceRecord>> {
  const device = await requireMfaDevice(ctx, serialNumber);
  if (device.value.userId === user.userId) return device;
  throw noSuchEntity(`MFA Device ${serialNumber} is not enabled for user ${user.userName}.`);
}

export function refuseInUse(device: MfaDeviceRecord): void {
  if (device.userId === undefined) return;
  throw new Fault("EntityAlreadyExistsException", "MFA Device is already in use.");
}
