import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Journal } from "./journal.ts";
import type { Task } from "./step/state.ts";

/** Keeps a task in the journal: at once what a restart could not find out again, the rest a little later. */
export interface Keeper {
  /** Resolves with whether what the task is about to do may be done: all that it needs to be known again is kept. */
  keep(task: Task): Promise<boolean>;
  stop(): void;
}

export interface KeeperDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
}

/** What changes in this time is written once. */
const gatherMs = 100;

export function createKeeper({ journal, clock, log }: KeeperDeps): Keeper {
  let kept: Pick<Task, "payload" | "memory"> | undefined;
  let keptKey: string | undefined;
  let latest: Task | undefined;
  let latestKey: string | undefined;
  let timer: Timer | undefined;
  let writing: Promise<boolean> = Promise.resolve(true);

  const write = async (): Promise<boolean> => {
    timer?.cancel();
    timer = undefined;
    if (latest === undefined || (kept?.payload === latest.payload && kept.memory === latest.memory)) return true;
    const { id, payload, memory } = latest;
    const key = latestKey;
    try {
      await journal.save(id, { payload, memory });
      kept = { payload, memory };
      keptKey = key;
      return true;
    } catch (error) {
      log.error("A task could not be kept on disk", { taskId: id, error: String(error) });
      return false;
    }
  };
  /** One write after another: an older one must not replace a newer one. */
  const writeNow = () => {
    writing = writing.then(write);
    return writing;
  };
  return {
    async keep(task) {
      // A task that is being forgotten must not come back.
      if (task.live.forgotten || task.live.underway.includes("forget")) {
        latest = undefined;
        await writing;
        return true;
      }
      if (latest?.payload !== task.payload || latest.memory !== task.memory) latestKey = vitalKey(task);
      latest = task;
      if (latestKey !== keptKey) return await writeNow();
      timer ??= clock.after(gatherMs, () => void writeNow());
      return true;
    },
    stop() {
      timer?.cancel();
    },
  };
}

/**
 * What must not be lost when the process is killed: ids that were given away, what has been decided or has ended. When
 * a container was made or started, on the other hand, the engine knows.
 */
function vitalKey({ payload, memory }: Task): string {
  const { stop, detached, reportedAt, containers } = memory;
  const vital = Object.entries(containers).map(([name, { metadataId, image, ended, restartCount, drained }]) => {
    return [name, metadataId, image?.id, ended, restartCount, drained];
  });
  return JSON.stringify([payload.seqNum, payload.desiredStatus, stop, detached, reportedAt, vital]);
}
