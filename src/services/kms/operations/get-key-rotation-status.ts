import { checkNotPendingDeletion, keyArn } from "../model.ts";
import type { KmsHandler } from "../request/handler.ts";
import { ownKey } from "../request/own-key.ts";

/** Of keys that cannot be rotated, as HMAC keys, the status is always false. */
export const GetKeyRotationStatus: KmsHandler<"GetKeyRotationStatus"> = async (input, ctx) => {
  const key = ownKey(ctx, input.KeyId).value;
  checkNotPendingDeletion(key);
  return {
    KeyId: keyArn(key),
    KeyRotationEnabled: key.rotation !== undefined,
    ...(key.rotation && { RotationPeriodInDays: key.rotation.periodInDays, NextRotationDate: key.rotation.nextAt }),
  };
};
