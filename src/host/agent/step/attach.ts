import { phaseOf } from "./phase.ts";
import type { Planner } from "./planner.ts";
import type { LiveSandbox, Task } from "./state.ts";

/** Also for containers that run already: after a restart of the agent it makes sure; doing it twice changes nothing. */
export function planAttach(task: Task, sandbox: LiveSandbox, planner: Planner): void {
  if (isConnected(task)) return;
  const id = task.payload.networkInterface?.networkInterfaceId;
  if (id === undefined) planner.want({ type: "attach", sandbox });
  else if (task.live.networkReady) planner.want({ type: "attach", networkInterfaceId: id, sandbox });
  else planner.waitFor(`the network of this host does not know ${id} yet`);
}

/** An interface stays plugged in while no agent runs; without one, a task that stops needs the platform to the end. */
export function planAttachToTheEnd(task: Task, planner: Planner): void {
  const { payload, live } = task;
  if (payload.networkInterface !== undefined || !live.sandbox?.running) return;
  if (payload.containers.some(({ name }) => phaseOf(task, name) === "running")) planAttach(task, live.sandbox, planner);
}

export function isConnected({ payload, live }: Task): boolean {
  return payload.networkMode === "none" || live.attached;
}
