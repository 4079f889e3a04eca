import { type Controller, watch } from "#kernel/controller.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Key } from "#kernel/store.ts";
import { aliases, grants, type KeyRecord, keys, newMaterial } from "../../model.ts";
import { planKey } from "./plan.ts";

/** Removes keys whose waiting period is over, and gives new material to those that are due for it. */
export function keyController(box: SecretBox): Controller {
  return {
    name: "kms.key",
    watches: [watch(keys, ({ key }) => [key])],
    async reconcile(key, { store, clock, random }) {
      const entry = await store.get(key as Key<KeyRecord>);
      if (entry.value === undefined) return;
      const { keyId } = entry.value;
      const now = clock.now();
      const plan = planKey(entry.value, now);
      switch (plan.type) {
        case "idle":
          return;
        case "wait":
          return { lookAgainAt: plan.until };
        case "remove": {
          const gone = [...store.view(aliases).by("target", keyId), ...store.view(grants).by("key", keyId)];
          await store.commit({ unchanged: [entry], remove: [entry.key, ...gone.map((other) => other.key)] });
          return;
        }
        case "rotate": {
          const material = [...entry.value.material, newMaterial(entry.value, { box, random }, now, "AUTOMATIC")];
          const value = { ...entry.value, material, rotation: plan.rotation };
          await store.commit({ unchanged: [entry], put: [{ key: entry.key, value }] });
        }
      }
    },
  };
}
