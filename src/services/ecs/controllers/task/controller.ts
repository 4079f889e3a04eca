import { type Controller, watch } from "#kernel/controller.ts";
import type { Key, Put, Read, Store } from "#kernel/store.ts";
import { type InstanceRecord, instances } from "#services/discovery/model.ts";
import { networkInterfaceKey, removeInterface } from "#services/ec2/model.ts";
import { targets } from "#services/elb/model.ts";
import { connectHolds } from "../../connect/endpoints.ts";
import { changeInstance, instanceKeyOfArn } from "../../model/container-instance.ts";
import { serviceNameIn } from "../../model/service.ts";
import { type TaskRecord, taskKey, tasks } from "../../model/task.ts";
import { registrationKeys } from "../../services/registration.ts";
import { targetHolds } from "../../services/target-groups.ts";
import { planTask } from "./plan.ts";

/** Moves each placed task one state on, whenever its record changes. */
export const taskController: Controller = {
  name: "ecs.task",
  watches: [
    watch(tasks, ({ key, value }) => (["PROVISIONING", "STOPPED"].includes(value.lastStatus) ? [] : [key])),
    watch(targets, ({ value }) => (value.task === undefined ? [] : [value.task])),
    watch(instances, ({ value: { owner, id } }) =>
      owner === undefined ? [] : [taskKey({ ...serviceNameIn(owner), id })],
    ),
  ],
  async reconcile(key, { store, clock }) {
    const task = await store.get(key as Key<TaskRecord>);
    if (task.value === undefined) return;
    const registrations = await readRegistrations(task.value, store);
    const isRegistered = registrations.some(({ value }) => value?.owner !== undefined);
    const holds = { isRegistered, ...targetHolds(store, task.key), ...connectHolds(store, task.value) };
    const plan = planTask(task.value, clock.now(), holds);
    if ("waitingFor" in plan) return plan.lookAgainAt === undefined ? undefined : { lookAgainAt: plan.lookAgainAt };
    const released = plan.releaseInterface ? await release(task.value, store) : undefined;
    const freed = plan.next.lastStatus === "STOPPED" ? await freedInstance(task.value, store) : undefined;
    await store.commit({
      unchanged: [task, ...registrations, ...(released?.unchanged ?? []), ...(freed?.unchanged ?? [])],
      put: [{ key: task.key, value: plan.next }, ...(freed?.put ?? [])],
      remove: released?.remove ?? [],
    });
  },
};

/** Before a task is stopped it must be out of Cloud Map, and must not come into it meanwhile. */
async function readRegistrations(task: TaskRecord, store: Store): Promise<Read<InstanceRecord>[]> {
  if (task.lastStatus !== "DEACTIVATING") return [];
  return Promise.all(registrationKeys(store, task).map((key) => store.get(key)));
}

/** What a task has had of its container instance is free: that is a new version of the instance, as its start was. */
async function freedInstance(
  task: TaskRecord,
  store: Store,
): Promise<{ unchanged: readonly Read<unknown>[]; put: readonly Put[] } | undefined> {
  if (task.containerInstanceArn === undefined) return undefined;
  const instance = await store.get(instanceKeyOfArn(task, task.containerInstanceArn));
  if (instance.value === undefined || instance.value.status === "INACTIVE") return undefined;
  return { unchanged: [instance], put: [{ key: instance.key, value: changeInstance(instance.value, {}) }] };
}

async function release(
  task: TaskRecord,
  store: Store,
): Promise<{ unchanged: readonly Read<unknown>[]; remove: readonly string[] } | undefined> {
  const id = task.networkInterface?.networkInterfaceId;
  const entry = id === undefined ? undefined : await store.get(networkInterfaceKey(task, id));
  return entry === undefined || entry.value === undefined ? undefined : removeInterface(entry);
}
