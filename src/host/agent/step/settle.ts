import { impossibleContainers } from "./dependencies.ts";
import { hasRun, isAlive, isStopping, isUnderway, phaseOf } from "./phase.ts";
import { essentialContainerExited, taskFailedToStart, taskReason } from "./reasons.ts";
import { memoryOf, type Task, type TaskMemory, withContainer, withMemory } from "./state.ts";

/** Draws the conclusions from what is known: facts that follow from others, the same whenever it is asked. */
export function settle(task: Task, now: number): Task {
  if (!task.live.listed) return task;
  let next = task;
  for (const { name, reason } of impossibleContainers(next, now)) next = fail(next, name, reason, now);
  next = settleStop(next);
  if (isStopping(next)) next = endUnstarted(next, now);
  return settleTimes(next);
}

/** The container never ran (or could not be started again), for this reason. */
export function fail(task: Task, name: string, reason: string, now: number): Task {
  if (memoryOf(task, name).ended !== undefined) return task;
  return withContainer(task, name, { ended: { at: now, reason } });
}

/** An essential container that has ended ends the task, and so does the end of the sandbox under running containers. */
function settleStop(task: Task): Task {
  if (isStopping(task)) return task;
  const essential = task.payload.containers.filter((container) => container.essential);
  const first = essential
    .filter(({ name }) => phaseOf(task, name) === "ended")
    .sort((a, b) => memoryOf(task, a.name).ended!.at - memoryOf(task, b.name).ended!.at)[0];
  if (first === undefined) {
    if (!sandboxLost(task)) return task;
    const ran = essential.some(({ name }) => hasRun(task, name));
    return withMemory(task, { stop: ran ? exited : { code: "TaskFailedToStart", reason: taskFailedToStart } });
  }
  if (hasRun(task, first.name)) return withMemory(task, { stop: exited });
  const reason = taskReason(task.payload, memoryOf(task, first.name).ended?.reason ?? "");
  return withMemory(task, { stop: { code: "TaskFailedToStart", reason } });
}

const exited: TaskMemory["stop"] = { code: "EssentialContainerExited", reason: essentialContainerExited };

function sandboxLost(task: Task): boolean {
  const { sandbox } = task.live;
  if (sandbox?.running || isUnderway(task, "createSandbox")) return false;
  return task.payload.containers.some(({ name }) => hasRun(task, name));
}

/** What has not started when the task stops never will; a start under way is awaited. */
function endUnstarted(task: Task, now: number): Task {
  let next = task;
  for (const { name } of task.payload.containers) {
    const phase = phaseOf(next, name);
    if (phase !== "waiting" && phase !== "created") continue;
    if (isUnderway(next, `createContainer ${name}`) || isUnderway(next, `startContainer ${name}`)) continue;
    if (isAlive(next, name)) continue;
    next = withContainer(next, name, { ended: lastEnd(next, name, now) });
  }
  return next;
}

/** A container whose restart was due when the task stopped ended as it had ended before. */
function lastEnd(task: Task, name: string, now: number): { at: number; exitCode?: number } {
  const last = task.live.sightings[name];
  if (memoryOf(task, name).restartCount === 0 || last?.state !== "exited") return { at: now };
  return { at: last.finishedAt ?? now, exitCode: last.exitCode ?? 137 };
}

function settleTimes(task: Task): Task {
  let next = task;
  const { containers } = task.payload;
  const ends = containers.flatMap(({ name, essential }) => (essential ? (memoryOf(task, name).ended?.at ?? []) : []));
  const end = Math.min(...ends);
  const failed = next.memory.stop?.code === "TaskFailedToStart";
  if (next.memory.startedAt === undefined && !failed && containers.every(({ name }) => isPastStart(next, name))) {
    const startedAt = Math.max(...containers.map(({ name }) => memoryOf(next, name).startedAt ?? 0));
    // A start that was under way when the task had ended already does not make it one that ran.
    if (startedAt > 0 && startedAt <= end) next = withMemory(next, { startedAt });
  }
  if (next.memory.executionStoppedAt === undefined && ends.length > 0) {
    // The start may be as late as the engine's answer to it; the end is the engine's own time.
    next = withMemory(next, { executionStoppedAt: Math.max(end, next.memory.startedAt ?? end) });
  }
  return next;
}

/** It runs or ran, or is one that the task does without. */
function isPastStart(task: Task, name: string): boolean {
  if (hasRun(task, name)) return true;
  const essential = task.payload.containers.find((container) => container.name === name)?.essential ?? true;
  return !essential && !isStopping(task) && phaseOf(task, name) === "ended";
}
