import { type Concerns, type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import type { AgentHub } from "../agents/hub.ts";
import { agentDesiredStatus } from "../agents/payload.ts";
import { type TaskRecord, tasks } from "../model/task.ts";

/** Sends each task's wanted state to the agent of its host. It writes nothing: what was sent is the session's. */
export function dispatchController(hub: AgentHub): Controller {
  return {
    name: "ecs.dispatch",
    watches: [watch(tasks, (task) => (task.value.hostId === undefined ? [] : [task.key]), changesDispatch)],
    reconcile: async (key) => hub.dispatch(key as Key<TaskRecord>),
  };
}

/** Whether a host gets a task or loses it, or is to be told otherwise; what it reports itself is no news to it. */
const changesDispatch: Concerns<TaskRecord> = (before, after) => {
  if (before === undefined || after === undefined || before.hostId !== after.hostId) return true;
  if (agentDesiredStatus(before) !== agentDesiredStatus(after)) return true;
  return (before.agent?.status === "STOPPED") !== (after.agent?.status === "STOPPED");
};
