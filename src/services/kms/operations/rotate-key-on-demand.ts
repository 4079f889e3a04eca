import { Fault } from "#kernel/fault.ts";
import { checkEnabled, keyArn, newMaterial } from "../model.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";
import { customerKey, replaceKey } from "../request/own-key.ts";
import { rotatingKey } from "../request/rotation.ts";

const mostOnDemand = 25;

export function rotateKeyOnDemand({ box }: KmsParts): KmsHandler<"RotateKeyOnDemand"> {
  return async (input, ctx) => {
    const key = rotatingKey(ctx, input.KeyId, customerKey);
    checkEnabled(key.value);
    const arn = keyArn(key.value);
    if (key.value.material.filter(({ rotationType }) => rotationType === "ON_DEMAND").length >= mostOnDemand) {
      const message =
        "The on-demand rotations limit has been reached for the given keyId. " +
        `No more on-demand rotations can be performed for this key: ${arn}`;
      throw new Fault("LimitExceededException", message);
    }
    const added = newMaterial(key.value, { box, random: ctx.random }, ctx.clock.now(), "ON_DEMAND");
    await replaceKey(ctx, key, { ...key.value, material: [...key.value.material, added] });
    return { KeyId: arn };
  };
}
