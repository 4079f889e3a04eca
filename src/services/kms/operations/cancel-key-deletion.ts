import { Fault } from "#kernel/fault.ts";
import { keyArn } from "../model.ts";
import type { KmsHandler } from "../request/handler.ts";
import { customerKey, replaceKey } from "../request/own-key.ts";

export const CancelKeyDeletion: KmsHandler<"CancelKeyDeletion"> = async (input, ctx) => {
  const key = customerKey(ctx, input.KeyId);
  if (key.value.state !== "PendingDeletion") {
    throw new Fault("KMSInvalidStateException", `${keyArn(key.value)} is not pending deletion.`);
  }
  const { deletion: _, ...kept } = key.value;
  await replaceKey(ctx, key, { ...kept, state: "Disabled" });
  return { KeyId: keyArn(key.value) };
};
