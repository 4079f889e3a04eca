import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import type { LogStorage } from "../../segments/storage.ts";
import { compileQuery } from "../language/query.ts";
import { QueryTooLarge } from "../language/query-too-large.ts";
import { Findings, type PinnedRun, type ResultFields, scanAll } from "./execution.ts";
import { toPointer } from "./pointer.ts";
import type { ScanCounts, ScannedGroup, ScanQuery } from "./scan.ts";
import type { QueryScanner } from "./scanner.ts";

export interface NewQuery {
  readonly account: string;
  readonly region: string;
  readonly id: string;
  readonly text: string;
  /** Of StartQuery, where it was given. */
  readonly limit: number | undefined;
  /** Seconds since the epoch, both inclusive, as they were given. */
  readonly startTime: number;
  readonly endTime: number;
  readonly logGroupNames: readonly string[];
  readonly groups: readonly ScannedGroup[];
  readonly userArn: string;
}

export type QueryStatus = "Scheduled" | "Running" | "Complete" | "Failed" | "Cancelled" | "Timeout";

const timeoutMs = 60 * 60_000;
const keptMs = 60 * 60_000;
const mostRunning = 4;
const mostKept = 1000;

/** A query, from its start until its results are forgotten. */
export class LogQuery {
  readonly query: NewQuery;
  readonly createTime: number;
  readonly findings: Findings;
  readonly stopped = new AbortController();
  status: QueryStatus = "Scheduled";
  /** From its start to its end, milliseconds. */
  duration: number | undefined;
  #results: readonly ResultFields[] | undefined;

  constructor(query: NewQuery, now: number) {
    this.query = query;
    this.createTime = now;
    this.findings = new Findings(compileQuery(query.text, { now, limit: query.limit }), now);
  }

  get isOver(): boolean {
    return this.status !== "Scheduled" && this.status !== "Running";
  }

  get counts(): ScanCounts {
    return this.findings.counts;
  }

  /** In their order; of a query that still runs, what is known of them. */
  results(): readonly ResultFields[] {
    if (this.#results !== undefined) return this.#results;
    try {
      return this.#rows();
    } catch (error) {
      // When all is scanned the query fails with it.
      if (error instanceof QueryTooLarge) return [];
      throw error;
    }
  }

  /** Of what was found only the results are kept. Throws a `QueryTooLarge` for Complete; it is not over then. */
  end(status: QueryStatus, now: number): void {
    if (status === "Failed") this.#results = [];
    else this.#results = status === "Complete" ? this.#rows() : this.results();
    this.status = status;
    this.duration = now - this.createTime;
    this.findings.clear();
  }

  #rows(): ResultFields[] {
    const groups = this.query.groups.map(({ groupId }) => groupId);
    return this.findings.rows(({ group, time, sequence }) =>
      toPointer({ groupId: groups[group]!, timestamp: time, sequence }),
    );
  }
}

export interface LogQueriesOptions {
  readonly storage: LogStorage;
  readonly scanner: QueryScanner;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The queries of all accounts. A few run at a time, the others wait for their turn. They and their results are in
 * memory, for an hour after the end of the query.
 */
export class LogQueries {
  readonly #options: LogQueriesOptions;
  readonly #queries = new Map<string, LogQuery>();
  readonly #waiting: LogQuery[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #forgetting = new Set<Timer>();

  constructor(options: LogQueriesOptions) {
    this.#options = options;
  }

  /** Throws a `QueryError` when the query cannot be read. */
  start(query: NewQuery): void {
    const started = new LogQuery(query, this.#options.clock.now());
    this.#queries.set(query.id, started);
    this.#waiting.push(started);
    this.#dropOldest();
    this.#runNext();
  }

  find(account: string, region: string, id: string): LogQuery | undefined {
    const found = this.#queries.get(id);
    return found?.query.account === account && found.query.region === region ? found : undefined;
  }

  /** Those of an account and region, the newest first. */
  list(account: string, region: string): LogQuery[] {
    const own = [...this.#queries.values()].filter(({ query }) => query.account === account && query.region === region);
    return own.reverse();
  }

  /** False when it is over already. */
  stop(query: LogQuery): boolean {
    if (query.isOver) return false;
    this.#end(query, "Cancelled");
    return true;
  }

  /** Ends all of them; resolves when nothing is read any more. */
  async close(): Promise<void> {
    this.#waiting.length = 0;
    for (const query of this.#queries.values()) if (!query.isOver) this.#end(query, "Cancelled");
    await Promise.all(this.#running);
    for (const timer of this.#forgetting) timer.cancel();
    await this.#options.scanner.close();
  }

  #runNext(): void {
    while (this.#running.size < mostRunning) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (next.isOver) continue;
      const running = this.#run(next).finally(() => {
        this.#running.delete(running);
        this.#options.scanner.forget(next.query.id);
        this.#runNext();
      });
      this.#running.add(running);
    }
  }

  async #run(query: LogQuery): Promise<void> {
    const { clock, log } = this.#options;
    query.status = "Running";
    const timer = clock.after(timeoutMs, () => this.#end(query, "Timeout"));
    try {
      await this.#scan(query);
      if (!query.isOver) this.#end(query, "Complete");
    } catch (error) {
      if (!(error instanceof QueryTooLarge || error instanceof DriverError)) throw error;
      log.warn("A query of Logs Insights failed", { queryId: query.query.id, reason: error.message });
      if (!query.isOver) this.#end(query, "Failed");
    } finally {
      timer.cancel();
    }
  }

  async #scan({ query, findings, stopped, createTime }: LogQuery): Promise<void> {
    const { storage, scanner } = this.#options;
    const releases: (() => Promise<void>)[] = [];
    const runs: PinnedRun[] = [];
    try {
      for (const [place, group] of query.groups.entries()) {
        const pinned = await storage.pinRuns(group.groupId, group);
        releases.push(pinned.release);
        runs.push(...pinned.runs.map((run) => ({ group, place, run })));
      }
      const { id, text, limit } = query;
      const scanned: ScanQuery = { id, text, limit, now: createTime };
      await scanAll(scanned, runs, { scanner, findings, signal: stopped.signal });
    } finally {
      for (const release of releases) await release();
    }
  }

  #end(query: LogQuery, status: QueryStatus): void {
    const { clock } = this.#options;
    query.end(status, clock.now());
    query.stopped.abort();
    // The timer holds no more than the id: a query that is dropped earlier takes no memory.
    const { id } = query.query;
    const timer = clock.after(keptMs, () => {
      this.#forgetting.delete(timer);
      this.#queries.delete(id);
    });
    this.#forgetting.add(timer);
  }

  #dropOldest(): void {
    for (const [id, query] of this.#queries) {
      if (this.#queries.size <= mostKept) return;
      if (query.isOver) this.#queries.delete(id);
    }
  }
}
