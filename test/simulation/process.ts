import type { Clock } from "#kernel/clock.ts";
import type { StoreEngine } from "#kernel/engine.ts";
import { type Random, seededRandom } from "#kernel/random.ts";
import type { Journal, JournalGroup } from "#store/embedded/journal.ts";
import { memoryEngine } from "#store/index.ts";
import { diskFull, type Faults, happens } from "./faults.ts";

export interface ProcessOptions {
  readonly number: number;
  readonly clock: Clock;
  /** Decides about faults. */
  readonly random: Random;
  /** The disk: it stays when the process dies. */
  readonly disk: Journal;
  /** The faults at this moment. */
  readonly faults: () => Faults;
  readonly trace: (event: string) => void;
  readonly onKilled: () => void;
  /** A group is on the disk, and is shown from now on. */
  readonly onDurable: (group: JournalGroup) => void;
}

/**
 * One life of the control plane's process. What runs in it sees the world through `clock`, `random` and `engine` only;
 * once it is killed its timers do not fire, its promises never settle and its writes reach nothing.
 */
export class SimulatedProcess {
  readonly number: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly engine: StoreEngine;
  /** Rejects when the process dies. */
  readonly died: Promise<never>;
  readonly #options: ProcessOptions;
  readonly #reject: (error: Error) => void;
  #alive = true;
  /** On the disk, and still unknown to everybody: its sync has not been told to be done. */
  #untold: JournalGroup | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.number = options.number;
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    [this.died, this.#reject] = [promise, reject];
    this.clock = {
      now: () => options.clock.now(),
      after: (delayMs, callback) => options.clock.after(delayMs, () => this.#alive && callback()),
      soon: (callback) => options.clock.soon(() => this.#alive && callback()),
    };
    this.random = seededRandom(Math.floor(options.random.float() * 2 ** 32));
    this.engine = this.#wrap(memoryEngine({ clock: this.clock, journal: this.#faultyDisk(options.disk) }));
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Ends it at this very instruction. */
  kill(how: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#tell();
    this.#options.trace(`process ${this.number} killed ${how}`);
    this.#reject(new ConnectionLost());
    this.#options.onKilled();
  }

  #faultyDisk(disk: Journal): Journal {
    const { random, faults } = this.#options;
    const kill = (probability: number, how: string) => {
      if (happens(random, probability)) this.kill(how);
    };
    return {
      load: () => disk.load(),
      write: (group: JournalGroup) => {
        kill(faults().killBeforeWrite, "before a write");
        // A dead process writes nothing; its callers hear nothing of this error either.
        if (!this.#alive || happens(random, faults().noSpace)) throw diskFull();
        disk.write(group);
        this.#untold = group;
        kill(faults().killAfterWrite, "after a write");
        if (happens(random, faults().killAfterAck)) setAfterAck(() => this.kill("after an acknowledgement"));
      },
      sync: () => {
        if (!happens(random, faults().slowSync)) {
          this.#tell();
          return undefined;
        }
        const delayMs = faults().syncDelayMs * random.float();
        return new Promise((resolve) =>
          this.clock.after(delayMs, () => {
            this.#tell();
            resolve();
          }),
        );
      },
      maintain: () => disk.maintain(),
      close: () => disk.close(),
    };
  }

  /** A group counts from its sync on, which is when the platform begins to show it; a process that dies leaves it. */
  #tell(): void {
    const group = this.#untold;
    this.#untold = undefined;
    if (group !== undefined) this.#options.onDurable(group);
  }

  #wrap(inner: StoreEngine): StoreEngine {
    const hold = <T>(promise: Promise<T>) => this.#whileAlive(promise);
    return {
      revision: () => hold(inner.revision()),
      get: (key) => hold(inner.get(key)),
      list: (prefix, options) => hold(inner.list(prefix, options)),
      commit: (transaction) => hold(this.#delayed().then(() => inner.commit(transaction))),
      watch: (prefix, options) =>
        inner.watch(prefix, {
          afterRevision: options.afterRevision,
          onBatch: (batch) => this.#alive && options.onBatch(batch),
          onCompacted: (oldest) => this.#alive && options.onCompacted(oldest),
        }),
      compact: (revision) => hold(inner.compact(revision)),
      grantLease: (ttlSeconds) => hold(inner.grantLease(ttlSeconds)),
      renewLease: (lease) => hold(inner.renewLease(lease)),
      revokeLease: (lease) => hold(inner.revokeLease(lease)),
      close: () => hold(inner.close()),
    };
  }

  #delayed(): Promise<void> {
    const { random, faults } = this.#options;
    if (!happens(random, faults().delayCommit)) return Promise.resolve();
    const delayMs = faults().commitDelayMs * random.float();
    return new Promise((resolve) => this.clock.after(delayMs, resolve));
  }

  #whileAlive<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.#alive && resolve(value),
        (error) => this.#alive && reject(error),
      );
    });
  }
}

/** What a client sees of a process that dies, or is away, during its request. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";

  constructor() {
    super("The connection was lost.");
  }
}

/** Late enough that the callers of the write have been told and had a first go at what they do next. */
function setAfterAck(kill: () => void): void {
  let turns = 8;
  const turn = () => {
    if (turns-- > 0) queueMicrotask(turn);
    else kill();
  };
  turn();
}
