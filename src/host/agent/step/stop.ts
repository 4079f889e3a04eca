import type { ContainerPayload } from "#kernel/agent-protocol.ts";
import { dependentsOf, hasEnded, hasRun, isAlive, isUnderway } from "./phase.ts";
import type { Planner } from "./planner.ts";
import { memoryOf, type Task } from "./state.ts";

/** Seconds between the stop signal and SIGKILL where the container names none; after Amazon ECS. */
const defaultStopTimeoutSeconds = 30;
/** A kill that shows no effect is sent again after this time. */
const killAgainMs = 10_000;

/** Stops what runs, those that need a container before it: stop signal, stopTimeout, SIGKILL. */
export function planStop(task: Task, planner: Planner, now: number): void {
  for (const container of task.payload.containers) {
    if (!isAlive(task, container.name)) continue;
    const before = dependentsOf(task, container.name).filter(({ name }) => isAlive(task, name));
    if (before.length > 0) {
      planner.waitFor(`container ${container.name} stops after ${before.map(({ name }) => name).join(", ")}`);
      continue;
    }
    planSignal(task, container, planner, now);
  }
}

/** One that was given up, of which the task does without, and that runs nevertheless. */
export function planStray(task: Task, container: ContainerPayload, planner: Planner, now: number): void {
  if (isAlive(task, container.name)) planSignal(task, container, planner, now);
}

function planSignal(task: Task, container: ContainerPayload, planner: Planner, now: number): void {
  const { name } = container;
  const memory = memoryOf(task, name);
  const runtimeId = memory.runtimeId ?? task.live.sightings[name]?.id;
  if (runtimeId === undefined || isUnderway(task, `startContainer ${name}`)) return;
  if (memory.signalledAt === undefined) {
    const signal = memory.image?.stopSignal ?? "SIGTERM";
    planner.want({ type: "signal", container: name, runtimeId, signal });
    return;
  }
  const killAt = memory.signalledAt + (container.stopTimeout ?? defaultStopTimeoutSeconds) * 1000;
  const at = memory.killedAt === undefined ? killAt : memory.killedAt + killAgainMs;
  planner.waitFor(`container ${name} has been told to stop`);
  if (now >= at) planner.want({ type: "signal", container: name, runtimeId, signal: "SIGKILL" });
  else planner.wakeAt(at);
}

/** How long the cleaning up waits, in milliseconds. */
export interface CleanupTimes {
  /** A stopped task is reported although its logs are not all stored after this time. */
  readonly drainMs: number;
  /** Containers of a stopped task are kept this long after the report (ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION). */
  readonly keepMs: number;
}

/** After the last container has ended: store the logs, free the interface, report, wait, and remove everything. */
export function planFinish(task: Task, planner: Planner, times: CleanupTimes, now: number): void {
  if (!hasEnded(task)) return;
  const undrained = undrainedContainers(task);
  for (const { name, runtimeId } of undrained) planner.want({ type: "drainLogs", container: name, runtimeId });
  if (undrained.length > 0 && !drainTimedOut(task, times, now)) {
    planner.waitFor(`the output of container ${undrained[0]!.name} is being stored`);
    planner.wakeAt((task.memory.drainingSince ?? now) + times.drainMs);
    return;
  }
  planDetach(task, planner);
  if (task.live.sandbox !== undefined && mayHavePorts(task)) {
    planner.want({ type: "stopSandbox", sandboxId: task.live.sandbox.id });
  }
  if (task.memory.reportedAt === undefined) {
    planner.waitFor("the control plane is told that the task has stopped");
    return;
  }
  if (undrained.length > 0) return;
  const removeAt = task.memory.reportedAt + times.keepMs;
  if (now < removeAt) planner.wakeAt(removeAt);
  else if (!isMaking(task, planner)) planRemove(task, planner);
}

/** A task that the host is not to have: everything goes at once, killed if need be. */
export function planUnwanted(task: Task, planner: Planner): void {
  if (isMaking(task, planner)) return;
  planDetach(task, planner);
  planRemove(task, planner);
}

/** What is being made is awaited: it would stay behind when everything else is gone. */
function isMaking(task: Task, planner: Planner): boolean {
  const making = ["createSandbox", "createContainer", "startContainer", "createVolume", "attach"];
  const busy = task.live.underway.find((key) => making.includes(key.split(" ")[0]!));
  if (busy !== undefined) planner.waitFor(`${busy} is under way`);
  return busy !== undefined;
}

function planDetach(task: Task, planner: Planner): void {
  const id = task.payload.networkInterface?.networkInterfaceId;
  if (id === undefined || task.memory.detached) return;
  if (isUnderway(task, "attach")) return;
  planner.want({ type: "detach", networkInterfaceId: id });
}

function planRemove(task: Task, planner: Planner): void {
  if (task.payload.networkInterface !== undefined && !task.memory.detached) return;
  if (task.live.sandbox !== undefined) {
    planner.want({ type: "removeSandbox", sandboxId: task.live.sandbox.id });
  } else if (!task.live.volumesRemoved) {
    planner.want({ type: "removeVolumes" });
  } else if (!task.live.forgotten) {
    planner.want({ type: "forget" });
  }
}

function undrainedContainers(task: Task): { name: string; runtimeId: string }[] {
  return task.payload.containers.flatMap(({ name, logConfiguration }) => {
    const { runtimeId, drained } = memoryOf(task, name);
    const stored = logConfiguration === undefined || drained || runtimeId === undefined;
    // What never ran has written nothing; the engine would wait for its first line for ever.
    const silent = task.live.sightings[name] === undefined || !hasRun(task, name);
    return stored || silent ? [] : [{ name, runtimeId }];
  });
}

function drainTimedOut(task: Task, { drainMs }: CleanupTimes, now: number): boolean {
  return task.memory.drainingSince !== undefined && now >= task.memory.drainingSince + drainMs;
}

/** Ports of the host are had once: the next task that names them may start when this one is told to have stopped. */
function mayHavePorts({ payload, live }: Task): boolean {
  if (payload.networkMode !== "bridge" || payload.containers.every((each) => each.portMappings.length === 0))
    return false;
  return live.sandbox?.running === true || live.underway.includes("createSandbox");
}

/** The task is over, nobody needs to wait: all ended, interface and ports free, logs stored (or given up for now). */
export function isOver(task: Task, times: CleanupTimes, now: number): boolean {
  if (!task.live.listed || !hasEnded(task) || mayHavePorts(task)) return false;
  if (task.payload.networkInterface !== undefined && !task.memory.detached) return false;
  return undrainedContainers(task).length === 0 || drainTimedOut(task, times, now);
}
