import { clearFailure, isAdopting, onEngineBack, onFailure } from "./failures.ts";
import { loseSandbox, observeContainer, observeGone, observeListing } from "./observe.ts";
import { isStopping } from "./phase.ts";
import { settle } from "./settle.ts";
import {
  type Action,
  actionKey,
  type Input,
  memoryOf,
  type Result,
  type Task,
  withContainer,
  withLive,
  withMemory,
} from "./state.ts";

/** The task after an input. Pure: the same inputs at the same times give the same task. */
export function apply(task: Task, input: Input, now: number): Task {
  return settle(take(task, input, now), now);
}

function take(task: Task, input: Input, now: number): Task {
  switch (input.type) {
    case "payload":
      return input.payload.seqNum > task.payload.seqNum ? { ...task, payload: merge(task, input.payload) } : task;
    case "unwanted":
      return { ...task, unwanted: true };
    case "network":
      return withLive(task, { networkReady: input.ready });
    case "listed":
      return observeListing(task, input, now);
    case "engineBack":
      return onEngineBack(task);
    case "seen":
      return observeContainer(task, input.status, now);
    case "gone":
      return observeGone(task, input.runtimeId, now);
    case "begun":
      return onBegun(task, input.actions, now);
    case "deferred":
      return input.actions.reduce((next, action) => endAction(next, actionKey(action)), task);
    case "done": {
      const key = actionKey(input.action);
      return onDone(clearFailure(endAction(task, key), key), input.action, input.result, now);
    }
    case "failed":
      return onFailed(endAction(task, actionKey(input.action)), input, now);
    case "sequence":
      return withMemory(task, { sequence: input.sequence });
    case "stopAccepted":
      return withMemory(task, { reportedAt: now });
    case "tick":
      return task;
  }
}

/** A stopped task does not start again, whatever a later payload says; what runs keeps the definition it runs by. */
function merge(task: Task, payload: Task["payload"]): Task["payload"] {
  const desiredStatus = task.payload.desiredStatus === "STOPPED" ? "STOPPED" : payload.desiredStatus;
  return { ...payload, desiredStatus, containers: task.payload.containers, volumes: task.payload.volumes };
}

function onBegun(task: Task, actions: readonly Action[], now: number): Task {
  let next = withLive(task, { underway: [...task.live.underway, ...actions.map(actionKey)] });
  if (next.memory.pullStartedAt === undefined && actions.some((action) => action.type === "pull")) {
    next = withMemory(next, { pullStartedAt: now });
  }
  if (next.memory.drainingSince === undefined && actions.some((action) => action.type === "drainLogs")) {
    next = withMemory(next, { drainingSince: now });
  }
  return next;
}

function endAction(task: Task, key: string): Task {
  return withLive(task, { underway: task.live.underway.filter((each) => each !== key) });
}

function onFailed(task: Task, { action, error, jitter }: Extract<Input, { type: "failed" }>, now: number): Task {
  // A task that stops does not mind what it could not start. What ran is attached to its end.
  const starting = ["pull", "prepareLogs", "createVolume", "attach", "createSandbox"];
  if (isStopping(task) && starting.includes(action.type) && !isAdopting(task, action)) return task;
  return onFailure(makes.has(action.type) ? doubt(task) : task, action, error, jitter, now);
}

/** Actions whose effect may be there although the answer was an error. */
export const makes: ReadonlySet<Action["type"]> = new Set(["createSandbox", "createContainer", "startContainer"]);

function doubt(task: Task): Task {
  return withLive(task, { listed: false, doubts: task.live.doubts + 1 });
}

function onDone(task: Task, action: Action, result: Result, now: number): Task {
  switch (action.type) {
    case "pull":
      return onPulled(task, action.container, result, now);
    case "createSandbox":
      if (result.type !== "createSandbox") return task;
      return withLive(task, { sandbox: { ...result.sandbox, running: true } });
    case "attach":
      return withLive(task, { attached: true });
    case "createVolume":
      return withLive(task, { volumes: [...task.live.volumes, action.volume] });
    case "prepareLogs":
      return withLive(task, { logsReady: [...task.live.logsReady, action.container] });
    case "createContainer":
      if (result.type !== "createContainer") return task;
      return withContainer(task, action.container, { runtimeId: result.runtimeId, createdAt: now });
    case "startContainer":
      return onStarted(task, action.container, now);
    case "signal": {
      const memory = memoryOf(task, action.container);
      const signalledAt = memory.signalledAt ?? now;
      return withContainer(task, action.container, {
        signalledAt,
        ...(action.signal === "SIGKILL" ? { killedAt: now } : {}),
      });
    }
    case "drainLogs":
      return withContainer(task, action.container, { drained: true });
    case "detach":
      return withMemory(withLive(task, { attached: false }), { detached: true });
    case "stopSandbox": {
      const { sandbox } = task.live;
      return sandbox?.id === action.sandboxId ? withLive(task, { sandbox: { ...sandbox, running: false } }) : task;
    }
    case "removeSandbox":
      return withLive(loseSandbox(task), { sightings: {} });
    case "removeVolumes":
      return withLive(task, { volumesRemoved: true });
    case "forget":
      return withLive(task, { forgotten: true });
  }
}

function onPulled(task: Task, container: string, result: Result, now: number): Task {
  if (result.type !== "pull") return task;
  const { id, digest, stopSignal } = result.image;
  const image = { id, digest, ...(stopSignal === undefined ? {} : { stopSignal }) };
  const next = withContainer(task, container, { image });
  const left = next.payload.containers.some(({ name }) => memoryOf(next, name).image === undefined);
  return left ? next : withMemory(next, { pullStoppedAt: now });
}

/** The engine's own times come with the next sighting; an end may have been seen before the start was confirmed. */
function onStarted(task: Task, container: string, now: number): Task {
  const { ended, startedAt } = memoryOf(task, container);
  return ended !== undefined || startedAt !== undefined ? task : withContainer(task, container, { startedAt: now });
}
