import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Clock, Timer } from "#kernel/clock.ts";
import { DriverError, InvariantError } from "#kernel/fault.ts";
import { type QueryScanner, QueryTooLarge, type Scanned, type ScanPart } from "#services/logs/index.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./messages.ts";

export interface QueryWorkersOptions extends WorkerStart {
  readonly clock: Clock;
  /** How many threads there may be; by default one for each processor, four at most. */
  readonly most?: number;
}

interface Job {
  readonly part: ScanPart;
  readonly resolve: (scanned: Scanned) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What a thread may have on its heap, four times what a query may hold of what it has found. One that wants more dies
 * alone: without a bound it would take the platform along.
 */
const heapMiB = 1024;
/** Threads take memory: those that had nothing to do for so long end. */
const idleMs = 30_000;

/**
 * Scans for queries of Logs Insights in threads of their own, so that the platform answers meanwhile. They are started
 * when there is something to scan. A thread that dies fails the part that it was at, with a `DriverError`; what is not
 * scanned yet when all of them are closed fails with one too.
 */
export function createQueryWorkers(options: QueryWorkersOptions): QueryScanner {
  const most = options.most ?? Math.min(4, availableParallelism());
  const waiting: Job[] = [];
  const idle: QueryThread[] = [];
  const threads = new Set<QueryThread>();
  let isClosed = false;
  const next = () => {
    while (waiting.length > 0) {
      const thread = idle.pop() ?? (threads.size < most ? start() : undefined);
      if (thread === undefined) return;
      thread.scan(waiting.shift()!);
    }
  };
  const start = () => {
    const thread = new QueryThread(options, {
      onFree: () => {
        idle.push(thread);
        next();
      },
      onRetire: () => {
        const at = idle.indexOf(thread);
        if (at >= 0) idle.splice(at, 1);
      },
      onEnd: () => {
        threads.delete(thread);
        next();
      },
    });
    threads.add(thread);
    return thread;
  };
  return {
    parallelism: most,
    scan: (part) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(closed());
        waiting.push({ part, resolve, reject });
        next();
      }),
    forget(queryId) {
      for (const thread of threads) thread.forget(queryId);
    },
    async close() {
      isClosed = true;
      for (const job of waiting.splice(0)) job.reject(closed());
      await Promise.all([...threads].map((thread) => thread.end()));
    },
  };
}

function closed(): DriverError {
  return new DriverError("Unavailable", "Logs are not scanned any more: the platform stops.");
}

interface ThreadEvents {
  readonly onFree: () => void;
  /** It takes nothing more. */
  readonly onRetire: () => void;
  readonly onEnd: () => void;
}

class QueryThread {
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #events: ThreadEvents;
  #job: Job | undefined;
  #idle: Timer | undefined;

  constructor({ folder, clock }: QueryWorkersOptions, events: ThreadEvents) {
    this.#clock = clock;
    this.#events = events;
    const workerData: WorkerStart = { folder };
    this.#worker = new Worker(entry(), { workerData, resourceLimits: { maxOldGenerationSizeMb: heapMiB } });
    // Threads do not keep the platform up.
    this.#worker.unref();
    this.#worker.on("message", (message: FromWorker) => this.#take(message));
    this.#worker.on("error", (error: unknown) => this.#fail(error));
    this.#worker.on("exit", () => {
      this.#fail(new DriverError("Unavailable", "The thread that scanned logs has ended."));
      this.#idle?.cancel();
      events.onRetire();
      events.onEnd();
    });
  }

  scan(job: Job): void {
    this.#idle?.cancel();
    this.#job = job;
    this.#post({ scan: job.part });
  }

  forget(queryId: string): void {
    this.#post({ forget: queryId });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromWorker): void {
    const job = this.#job;
    this.#job = undefined;
    if ("scanned" in message) job?.resolve(message.scanned);
    else job?.reject(toError(message.failed));
    this.#idle = this.#clock.after(idleMs, () => {
      this.#events.onRetire();
      void this.end();
    });
    this.#events.onFree();
  }

  #fail(error: unknown): void {
    const job = this.#job;
    this.#job = undefined;
    const message = `The thread that scanned logs failed: ${error instanceof Error ? error.message : error}`;
    job?.reject(error instanceof DriverError ? error : new DriverError("Failed", message, { cause: error }));
  }
}

function toError({ kind, reason, message }: Extract<FromWorker, { failed: unknown }>["failed"]): Error {
  if (kind === "too-large") return new QueryTooLarge(message);
  return kind === "driver" ? new DriverError(reason, message) : new InvariantError(message);
}

/** The module of the threads: beside this one, or where the package has it (scripts/package.ts). */
function entry(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(isSource ? "./worker.ts" : "./query-worker.js", import.meta.url);
}
