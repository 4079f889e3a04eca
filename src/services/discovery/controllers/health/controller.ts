import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { type InstanceRecord, instances, withHealth } from "../../model.ts";

/** Lets the custom health of instances change when nobody has taken the change back in time. */
export const healthController: Controller = {
  name: "servicediscovery.health",
  watches: [watch(instances, ({ key, value }) => (value.healthChange === undefined ? [] : [key]))],
  async reconcile(key, { store, clock }) {
    const instance = await store.get(key as Key<InstanceRecord>);
    const change = instance.value?.healthChange;
    if (instance.value === undefined || change === undefined) return;
    if (clock.now() < change.dueAt) return { lookAgainAt: change.dueAt };
    const value = withHealth(instance.value, change.status);
    await store.commit({ unchanged: [instance], put: [{ key: instance.key, value }] });
  },
};
