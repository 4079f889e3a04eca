import type { RotationsListEntry } from "#generated/kms/types.ts";
import { currentMaterial, type KeyRecord, keyArn } from "../model.ts";
import type { KmsHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { rotatingKey } from "../request/rotation.ts";

export const ListKeyRotations: KmsHandler<"ListKeyRotations"> = async (input, ctx) => {
  const key = rotatingKey(ctx, input.KeyId).value;
  const all = input.IncludeKeyMaterial === "ALL_KEY_MATERIAL";
  const found = key.material
    .map((material, index) => ({ material, position: String(index).padStart(6, "0") }))
    .filter(({ material }) => all || material.rotationType !== undefined);
  const { items, more } = listPage(`ListKeyRotations ${key.keyId} ${all}`, input, found, ({ position }) => position, {
    defaultLimit: 100,
  });
  return { Rotations: items.map(({ material }) => toRotation(key, material)), ...more };
};

function toRotation(key: KeyRecord, material: KeyRecord["material"][number]): RotationsListEntry {
  return {
    KeyId: keyArn(key),
    KeyMaterialId: material.id,
    KeyMaterialState: material === currentMaterial(key) ? "CURRENT" : "NON_CURRENT",
    ...(material.rotationType && { RotationDate: material.createdAt, RotationType: material.rotationType }),
  };
}
