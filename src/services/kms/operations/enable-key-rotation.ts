import { checkEnabled } from "../model.ts";
import type { KmsHandler } from "../request/handler.ts";
import { customerKey, replaceKey } from "../request/own-key.ts";
import { rotatingKey } from "../request/rotation.ts";

const dayMs = 86_400_000;
const defaultPeriodInDays = 365;

/** Records when the key is due; controllers/key gives it new material then. */
export const EnableKeyRotation: KmsHandler<"EnableKeyRotation"> = async (input, ctx) => {
  const key = rotatingKey(ctx, input.KeyId, customerKey);
  checkEnabled(key.value);
  const old = key.value.rotation;
  const periodInDays = input.RotationPeriodInDays ?? old?.periodInDays ?? defaultPeriodInDays;
  // What is on already, with the same period, stays as it is.
  if (old?.periodInDays === periodInDays) return {};
  const rotation = { periodInDays, nextAt: ctx.clock.now() + periodInDays * dayMs };
  await replaceKey(ctx, key, { ...key.value, rotation });
  return {};
};
