import { checkEnabled } from "../model.ts";
import type { KmsHandler } from "../request/handler.ts";
import { customerKey, replaceKey } from "../request/own-key.ts";
import { rotatingKey } from "../request/rotation.ts";

export const DisableKeyRotation: KmsHandler<"DisableKeyRotation"> = async (input, ctx) => {
  const key = rotatingKey(ctx, input.KeyId, customerKey);
  checkEnabled(key.value);
  const { rotation: _, ...kept } = key.value;
  await replaceKey(ctx, key, kept);
  return {};
};
