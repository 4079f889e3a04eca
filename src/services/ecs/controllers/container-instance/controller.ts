import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import {
  type ContainerInstanceRecord,
  changeInstance,
  containerInstanceKey,
  containerInstances,
} from "../../model/container-instance.ts";
import { hostKey, hosts } from "../../model/host.ts";

/** How long a deregistered instance can still be described. */
const visibleMs = 3_600_000;

/** Has container instances say whether the agents of their hosts are connected; forgets those long deregistered. */
export const containerInstanceController: Controller = {
  name: "ecs.container-instance",
  watches: [
    watch(containerInstances, ({ key }) => [key]),
    watch(hosts, ({ value }, store) =>
      store
        .view(containerInstances)
        .by("host", value.registration.hostId)
        .map((instance) => containerInstanceKey(instance.value)),
    ),
  ],
  async reconcile(key, { store, clock }) {
    const instance = await store.get(key as Key<ContainerInstanceRecord>);
    if (instance.value === undefined) return;
    if (instance.value.status === "INACTIVE") {
      const due = (instance.value.inactiveAt ?? 0) + visibleMs;
      if (clock.now() < due) return { lookAgainAt: due };
      await store.commit({ unchanged: [instance], remove: [instance.key] });
      return;
    }
    const host = await store.get(hostKey(instance.value.hostId));
    const agentConnected = host.value?.agentConnected ?? false;
    if (agentConnected === instance.value.agentConnected) return;
    const value = changeInstance(instance.value, { agentConnected });
    await store.commit({ unchanged: [instance, host], put: [{ key: instance.key, value }] });
  },
};
