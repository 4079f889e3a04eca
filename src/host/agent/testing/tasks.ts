import type { ContainerStatus, SandboxStatus } from "#host/runtime/driver.ts";
import type { TaskPayload } from "#kernel/agent-protocol.ts";
import { labels } from "../spec/labels.ts";
import { apply } from "../step/apply.ts";
import { type Action, actionKey, type Input, newTask, type Result, type Task } from "../step/state.ts";
import { step } from "../step/step.ts";

/** Tasks in the states that tests of the pure steps need, brought there by their own inputs. */

export const times = { drainMs: 10_000, keepMs: 3_000 };
export const sandbox = { id: "s1", hostname: "host", pid: 10, ports: [] };
export const start = 1_000_000;

/** A task that the engine has nothing of yet. */
export function fresh(payload: TaskPayload): Task {
  const task = newTask(payload, (name) => `m-${name}`);
  return take(task, { type: "listed", sandbox: undefined, before: { sandboxId: undefined, runtimeIds: [] } });
}

export function take(task: Task, input: Input, now = start): Task {
  return apply(task, input, now);
}

/** The keys of what is to be done now. */
export function next(task: Task, now = start): string[] {
  return step(task, times, now).actions.map(actionKey);
}

export function nextAction(task: Task, key: string, now = start): Action {
  const action = step(task, times, now).actions.find((each) => actionKey(each) === key);
  if (action === undefined) throw new Error(`not planned: ${key}; planned: ${next(task, now).join(", ")}`);
  return action;
}

/** Begins what is planned under the key, and ends it well. */
export function done(task: Task, key: string, now = start, result: Result = resultOf(key)): Task {
  const action = nextAction(task, key, now);
  const begun = apply(task, { type: "begun", actions: [action] }, now);
  return apply(begun, { type: "done", action, result }, now);
}

export function failed(task: Task, key: string, error: { code: string; retryable?: boolean }, now = start): Task {
  const action = nextAction(task, key, now);
  const begun = apply(task, { type: "begun", actions: [action] }, now);
  const known = { code: error.code, message: "why", retryable: error.retryable ?? false };
  return apply(begun, { type: "failed", action, error: known, jitter: 0 }, now);
}

/** The engine has been asked again, after an answer that may have been wrong: what it has of the task. */
export function relisted(task: Task, found: SandboxStatus | undefined): Task {
  const before = { sandboxId: undefined, runtimeIds: [], doubts: task.live.doubts };
  return take(task, { type: "listed", sandbox: found, before });
}

function resultOf(key: string): Result {
  const [type, name] = key.split(" ");
  switch (type) {
    case "pull":
      return { type: "pull", image: { ...image, id: `image-${name}` } };
    case "createSandbox":
      return { type: "createSandbox", sandbox };
    case "createContainer":
      return { type: "createContainer", runtimeId: `id-${name}` };
    default:
      return { type: "none" };
  }
}

const image = {
  id: "",
  digest: "sha256:d",
  sizeBytes: 1,
  os: "linux",
  architecture: "amd64",
  entrypoint: [],
  command: [],
  user: "",
};

/** Does all that is planned, until nothing is. */
export function settled(task: Task, now = start): Task {
  let current = task;
  for (let i = 0; i < 100; i++) {
    const keys = next(current, now);
    if (keys.length === 0) return current;
    current = done(current, keys[0]!, now);
  }
  throw new Error("it does not settle");
}

/** A task that runs, as far as its order allows. */
export function running(payload: TaskPayload): Task {
  return settled(take(fresh(payload), { type: "network", ready: true }));
}

export function status(
  name: string,
  state: ContainerStatus["state"],
  more: Partial<ContainerStatus> = {},
): ContainerStatus {
  return {
    id: `id-${name}`,
    name,
    sandboxId: sandbox.id,
    labels: { [labels.containerName]: name },
    imageId: `image-${name}`,
    state,
    exitCode: state === "exited" ? 0 : undefined,
    oomKilled: false,
    error: "",
    startedAt: state === "created" ? undefined : start,
    finishedAt: state === "exited" ? start + 1_000 : undefined,
    health: "none",
    pid: 0,
    ...more,
  };
}

export function seen(
  task: Task,
  name: string,
  state: ContainerStatus["state"],
  more: Partial<ContainerStatus> = {},
): Task {
  const seenStatus = status(name, state, more);
  return take(task, { type: "seen", status: seenStatus }, seenStatus.finishedAt ?? start);
}

export function listing(containers: readonly ContainerStatus[], more: Partial<SandboxStatus> = {}): SandboxStatus {
  return { ...sandbox, name: "t1", running: true, containers, ...more };
}
