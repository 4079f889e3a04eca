import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { isDone, type OperationRecord, operations } from "../../model.ts";

/** How long an operation is shown after its end. AWS gives no time. */
const keptMs = 7 * 86_400_000;

/** Forgets operations that were done long ago. */
export const operationReaper: Controller = {
  name: "servicediscovery.operation-reaper",
  watches: [watch(operations, ({ key, value }) => (isDone(value) ? [key] : []))],
  async reconcile(key, { store, clock }) {
    const operation = await store.get(key as Key<OperationRecord>);
    if (operation.value === undefined || !isDone(operation.value)) return;
    const due = operation.value.updateDate + keptMs;
    if (clock.now() < due) return { lookAgainAt: due };
    await store.commit({ unchanged: [operation], remove: [operation.key] });
  },
};
