import { Fault } from "#kernel/fault.ts";
import { checkNotPendingDeletion, keyArn } from "../model.ts";
import type { KmsHandler } from "../request/handler.ts";
import { customerKey, replaceKey } from "../request/own-key.ts";

const dayMs = 86_400_000;

/** Records when the key is to go; controllers/key removes it then. */
export const ScheduleKeyDeletion: KmsHandler<"ScheduleKeyDeletion"> = async (input, ctx) => {
  const windowInDays = input.PendingWindowInDays ?? 30;
  if (windowInDays < 7 || windowInDays > 30) {
    throw new Fault("ValidationException", "PendingWindowInDays must be between 7 and 30");
  }
  const key = customerKey(ctx, input.KeyId);
  checkNotPendingDeletion(key.value);
  const at = ctx.clock.now() + windowInDays * dayMs;
  await replaceKey(ctx, key, { ...key.value, state: "PendingDeletion", deletion: { at, windowInDays } });
  return {
    KeyId: keyArn(key.value),
    DeletionDate: at,
    KeyState: "PendingDeletion",
    PendingWindowInDays: windowInDays,
  };
};
