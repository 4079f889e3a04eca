import { once } from "node:events";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import { type Clock, sleep } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { ConflictError, DriverError } from "#kernel/fault.ts";
import type { Entry, Store } from "#kernel/store.ts";
import type { Trail } from "#services/cloudtrail/index.ts";
import type { MetricStorage } from "#services/cloudwatch/index.ts";
import { changeTask, hosts, type TaskRecord, tasks } from "#services/ecs/model.ts";
import { targets } from "#services/elb/model.ts";
import type { LogStorage } from "#services/logs/index.ts";
import { logGroups } from "#services/logs/model.ts";
import type { StoreHost } from "#store/index.ts";

const lookAgainMs = 20;
/** A stopped task's containers are removed when its last logs are stored. */
const removalSeconds = 120;

/**
 * Stops every task of every account, and resolves when all that were there have stopped, or with false when some have
 * not after `mostSeconds`. A task gets its SIGTERM and its stopTimeout. What starts tasks must rest meanwhile: a
 * service would replace each one. Those that callers start meanwhile are stopped, too, but not waited for: there may
 * always be one more.
 */
export async function stopAllTasks(
  parts: { readonly store: Store; readonly clock: Clock },
  reason: string,
  mostSeconds: number,
): Promise<boolean> {
  const store = parts.store.as("api");
  const view = store.view(tasks);
  const alive = () => view.by("alive", "yes");
  const first = new Set(alive().map(({ key }) => key));
  const until = parts.clock.now() + mostSeconds * 1000;
  for (let left = alive(); left.some(({ key }) => first.has(key)); left = alive()) {
    if (parts.clock.now() >= until) return false;
    await Promise.all(left.map((task) => stopTask(store, task, reason)));
    await sleep(parts.clock, lookAgainMs);
  }
  return true;
}

/** Resolves when the agent has removed what stopped tasks left on the engine, when another starts, or after a while. */
export async function untilRemoved({ driver, store, clock, log }: Removal): Promise<void> {
  const until = clock.now() + removalSeconds * 1000;
  const mayEnd = () => clock.now() < until && store.view(tasks).count("alive", "yes") === 0;
  const wait = async () => {
    await driver.prepareSandboxes(0);
    while (mayEnd() && (await driver.listSandboxes()).length > 0) await sleep(clock, lookAgainMs);
  };
  await asFarAsItGoes(wait(), log);
}

/** An engine or a machine that does not answer keeps what it has, and the platform ends in order all the same. */
export async function asFarAsItGoes(work: Promise<void>, log: Log): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof DriverError)) throw error;
    log.warn("What is left on this machine could not be removed: the next start does that", { reason: error.message });
  });
}

interface Removal {
  readonly driver: RuntimeDriver;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

async function stopTask(store: Store, task: Entry<TaskRecord>, stoppedReason: string): Promise<void> {
  // Nothing is sent to a platform that stops: load balancers need not be waited for.
  const registered = store.view(targets).by("task", task.key);
  const remove = registered.map(({ key }) => key);
  const isTold = task.value.desiredStatus === "STOPPED";
  if (isTold && remove.length === 0) return;
  const value = changeTask(task.value, { desiredStatus: "STOPPED", stopCode: "UserInitiated", stoppedReason });
  try {
    await store.commit({ unchanged: [task, ...registered], put: isTold ? [] : [{ key: task.key, value }], remove });
  } catch (error) {
    // It has moved on meanwhile: the next look sees where to.
    if (!(error instanceof ConflictError)) throw error;
  }
}

/**
 * Stops every task and empties all state: the account is as new. Resolves with false when some tasks go on. Callers are
 * answered while tasks stop, and may start others; then they have to wait until all is done, and what they have started
 * in the meantime stops as well.
 */
export async function resetState(
  parts: {
    readonly store: StoreHost;
    readonly storage: LogStorage;
    readonly trail: Trail;
    readonly metrics: MetricStorage;
    readonly clock: Clock;
    readonly control: { holdStarts(): Promise<() => void> };
    readonly requests: { hold(): Promise<() => void> };
  },
  mostSeconds: number,
): Promise<boolean> {
  const releases = [await parts.control.holdStarts()];
  const stopped = () => stopAllTasks(parts, "The platform is being reset", mostSeconds);
  try {
    if (!(await stopped())) return false;
    releases.push(await parts.requests.hold());
    if (!(await stopped())) return false;
    const groups = [...parts.store.view(logGroups).all()];
    // The machines stay what they are: their agents have registered with this process.
    await parts.store.clear({ except: [hosts.name] });
    const logs = groups.map((group) => parts.storage.removeGroup(group.value.id));
    await Promise.all([...logs, parts.trail.clear(), parts.metrics.clear()]);
    return true;
  } finally {
    for (const release of releases) release();
  }
}

/** Resolves at the end, with true when `estiva down` asked for it (SIGUSR2): then tasks are stopped too. */
export async function untilStopped(signal: AbortSignal): Promise<boolean> {
  if (!signal.aborted) await once(signal, "abort");
  return signal.reason === "SIGUSR2";
}
