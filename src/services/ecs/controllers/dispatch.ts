import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import type { AgentHub } from "../agents/hub.ts";
import { type TaskRecord, tasks } from "../model/task.ts";

/** Sends each task's wanted state to the agent of its host. It writes nothing: what was sent is the session's. */
export function dispatchController(hub: AgentHub): Controller {
  return {
    name: "ecs.dispatch",
    watches: [watch(tasks, (task) => (task.value.hostId === undefined ? [] : [task.key]))],
    reconcile: async (key) => hub.dispatch(key as Key<TaskRecord>),
  };
}
