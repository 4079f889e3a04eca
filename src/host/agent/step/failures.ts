import { hasRun, phaseOf } from "./phase.ts";
import { reasonOf, taskReason } from "./reasons.ts";
import { fail } from "./settle.ts";
import { type Action, type ActionError, actionKey, type Failure, type Task, withLive, withMemory } from "./state.ts";

/**
 * How an action that failed is tried again: `attempts` in all, when the error says that it may succeed later. The
 * numbers for pulls are those of the Amazon ECS container agent. What cleans up is tried for ever.
 */
interface Retry {
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly factor: number;
  readonly longestDelayMs: number;
}

const ordinary: Retry = { attempts: 3, firstDelayMs: 500, factor: 2, longestDelayMs: 5_000 };
const retries: Partial<Record<Action["type"], Retry>> = {
  pull: { attempts: 5, firstDelayMs: 1_100, factor: 2, longestDelayMs: 5_000 },
  prepareLogs: { attempts: 5, firstDelayMs: 1_000, factor: 2, longestDelayMs: 5_000 },
};
const cleaning: Retry = { attempts: Number.POSITIVE_INFINITY, firstDelayMs: 500, factor: 2, longestDelayMs: 30_000 };
const cleaningTypes: ReadonlySet<Action["type"]> = new Set([
  "signal",
  "drainLogs",
  "detach",
  "stopSandbox",
  "removeSandbox",
  "removeVolumes",
  "forget",
]);

/**
 * Takes over that an action failed: it is tried again later, or the container or the task fails. An engine that does
 * not answer is no failure of the task. `jitter` in [0, 1) spreads the delays by a fifth.
 */
export function onFailure(task: Task, action: Action, error: ActionError, jitter: number, now: number): Task {
  const key = actionKey(action);
  const attempts = (task.live.failures[key]?.attempts ?? 0) + 1;
  const endless = isAdopting(task, action) || cleaningTypes.has(action.type) || error.code === "Unavailable";
  const retry = endless ? cleaning : (retries[action.type] ?? ordinary);
  const again = retry === cleaning || (mayPass(action, error) && attempts < retry.attempts);
  if (again) {
    const delay = Math.min(retry.longestDelayMs, retry.firstDelayMs * retry.factor ** Math.min(attempts - 1, 20));
    const failure: Failure = {
      attempts,
      retryAt: now + Math.round(delay * (1 + 0.2 * jitter)),
      message: error.message,
      unavailable: error.code === "Unavailable",
    };
    return withLive(task, { failures: { ...task.live.failures, [key]: failure } });
  }
  return giveUp(clearFailure(task, key), action, reasonOf(action, error, attempts), now);
}

/** What runs is not stopped because a restarted agent cannot make sure of its interface. */
export function isAdopting(task: Task, { type }: Action): boolean {
  return type === "attach" && task.payload.containers.some(({ name }) => hasRun(task, name));
}

/**
 * Where something is made or started, `Conflict` and `NotFound` may come of an answer that was lost: the engine is
 * listed, what it shows is taken over, and the rest is tried again.
 */
function mayPass({ type }: Action, { code, retryable }: ActionError): boolean {
  const makes = type === "createSandbox" || type === "createContainer" || type === "startContainer";
  return retryable || (makes && (code === "Conflict" || code === "NotFound"));
}

/** What failed only because the engine was away is due at once. */
export function onEngineBack(task: Task): Task {
  const failures = Object.entries(task.live.failures).filter(([, { unavailable }]) => !unavailable);
  return withLive(task, { failures: Object.fromEntries(failures) });
}

export function clearFailure(task: Task, key: string): Task {
  if (task.live.failures[key] === undefined) return task;
  const { [key]: _cleared, ...failures } = task.live.failures;
  return withLive(task, { failures });
}

function giveUp(task: Task, action: Action, reason: string, now: number): Task {
  switch (action.type) {
    case "pull":
    case "prepareLogs":
    case "createContainer":
    case "startContainer":
      return fail(task, action.container, reason, now);
    case "createVolume": {
      const users = task.payload.containers.filter(
        ({ name, mountPoints }) =>
          phaseOf(task, name) === "waiting" && mountPoints.some((mount) => mount.sourceVolume === action.volume),
      );
      return users.reduce((next, { name }) => fail(next, name, reason, now), task);
    }
    default: {
      if (task.memory.stop !== undefined) return task;
      const told = taskReason(task.payload, reason);
      // What the task itself does not tell stands with its containers.
      const untold = told === reason ? [] : task.payload.containers.filter(({ essential }) => essential);
      const next = untold.reduce((each, { name }) => fail(each, name, reason, now), task);
      return withMemory(next, { stop: { code: "TaskFailedToStart", reason: told } });
    }
  }
}
