import { checkNotPendingDeletion } from "../model.ts";
import type { KmsHandler } from "../request/handler.ts";
import { customerKey, replaceKey } from "../request/own-key.ts";

export const EnableKey: KmsHandler<"EnableKey"> = async (input, ctx) => {
  const key = customerKey(ctx, input.KeyId);
  checkNotPendingDeletion(key.value);
  await replaceKey(ctx, key, { ...key.value, state: "Enabled" });
  return {};
};
