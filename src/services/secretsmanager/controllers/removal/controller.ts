import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { type SecretRecord, secrets, secretValueKey } from "../../model.ts";

/** Removes secrets, with their values, whose recovery window is over. */
export const removalController: Controller = {
  name: "secretsmanager.removal",
  watches: [watch(secrets, ({ key, value }) => (value.deletionDate === undefined ? [] : [key]))],
  async reconcile(key, { store, clock }) {
    const secret = await store.get(key as Key<SecretRecord>);
    const due = secret.value?.deletionDate;
    if (secret.value === undefined || due === undefined) return;
    if (clock.now() < due) return { lookAgainAt: due };
    const { value } = secret;
    const values = value.versions.map(({ versionId }) => secretValueKey(value, versionId));
    await store.commit({ unchanged: [secret], remove: [secret.key, ...values] });
  },
};
