import type { TaskPayload } from "#kernel/agent-protocol.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Task, TaskMemory } from "./step/state.ts";

interface Tombstone {
  readonly payload: TaskPayload;
  readonly memory: TaskMemory;
  /** The control plane had accepted that the task is STOPPED. */
  readonly reported: boolean;
  readonly until: number;
}

const keptMs = 60 * 60_000;
const most = 10_000;

/** Remembers tasks that are gone from the host, so that a message that comes late does not run one again. */
export class Tombstones {
  readonly #clock: Clock;
  readonly #byId = new Map<string, Tombstone>();
  readonly #askedAgain = new Map<string, TaskPayload>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A task that is being removed is wanted after all: it comes again when it is gone. */
  askAgain(payload: TaskPayload): void {
    this.#askedAgain.set(payload.taskArn, payload);
  }

  /** Returns the payload that asked for the task while it was being removed. */
  add({ id, payload, memory }: Task): TaskPayload | undefined {
    const now = this.#clock.now();
    for (const [oldId, old] of this.#byId) {
      if (old.until > now && this.#byId.size < most) break;
      this.#byId.delete(oldId);
    }
    this.#byId.delete(id);
    this.#byId.set(id, { payload, memory, reported: memory.reportedAt !== undefined, until: now + keptMs });
    const again = this.#askedAgain.get(payload.taskArn);
    this.#askedAgain.delete(payload.taskArn);
    return again;
  }

  get(id: string): Tombstone | undefined {
    const found = this.#byId.get(id);
    return found !== undefined && found.until > this.#clock.now() ? found : undefined;
  }
}
