import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { type ClientTokenRecord, clientTokens } from "../../model/client-token.ts";
import { type TaskRecord, tasks } from "../../model/task.ts";

/** Forgets stopped tasks `stoppedTaskHours` after their end. */
export function taskReaper(stoppedTaskHours: number): Controller {
  return {
    name: "ecs.reaper",
    watches: [watch(tasks, ({ key, value }) => (value.lastStatus === "STOPPED" ? [key] : []))],
    async reconcile(key, { store, clock }) {
      const task = await store.get(key as Key<TaskRecord>);
      if (task.value?.lastStatus !== "STOPPED") return;
      const due = (task.value.stoppedAt ?? task.value.createdAt) + stoppedTaskHours * 3_600_000;
      if (clock.now() < due) return { lookAgainAt: due };
      await store.commit({ unchanged: [task], remove: [task.key] });
    },
  };
}

/** Forgets client tokens when their time is up. */
export const clientTokenReaper: Controller = {
  name: "ecs.client-token",
  watches: [watch(clientTokens, ({ key }) => [key])],
  async reconcile(key, { store, clock }) {
    const token = await store.get(key as Key<ClientTokenRecord>);
    if (token.value === undefined) return;
    if (clock.now() < token.value.expiresAt) return { lookAgainAt: token.value.expiresAt };
    await store.commit({ unchanged: [token], remove: [token.key] });
  },
};
