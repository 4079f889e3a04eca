import type {
  ListenerTraffic,
  OwnAnswers,
  ResettingSide,
  ResponseCounts,
  TargetGroupTraffic,
  TrafficMessage,
} from "#kernel/load-balancing.ts";
import { resetIn } from "./access-log.ts";
import { ownAnswers, ownAnswersVariable } from "./config/own-answers.ts";
import type { NodeDirectory } from "./names.ts";
import type { StatRow } from "./runtime-api.ts";

export type Traffic = Pick<TrafficMessage, "listeners" | "targetGroups" | "ownAnswers" | "authentication">;

/** All that a process has counted. */
export interface Counted {
  readonly rows: readonly StatRow[];
  /** By the names of variables of the process. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** Counters of HAProxy that only grow, by their names in `show stat`. */
const counters = [
  ...["bin", "bout", "stot", "conn_tot", "connect", "econ", "wretr", "wredis", "ssl_failed_handshake"],
  ...["hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx"],
] as const;
type Counter = (typeof counters)[number];
type Counts = Record<Counter, number>;

/**
 * What a node has done since it was asked last, by the counters of its HAProxy. They are taken along before servers go,
 * and before another process takes over.
 */
export class TrafficCounter {
  /** What was read of each proxy and server last; undefined before the first reading of a HAProxy that ran already. */
  #before: Map<string, Counts> | undefined;
  /** What has come together of each listener and target group. */
  #grown = new Map<string, Counts>();
  /** The same of the answers that are the node's own. */
  #ownBefore: OwnAnswers = noAnswers;
  #ownGrown: OwnAnswers = noAnswers;

  /** Of listeners of TCP by their names: HAProxy's own counters take a reset for an end by idleness. */
  #resets = new Map<string, Record<ResettingSide, number>>();

  /** Another process has begun to count at zero. */
  restarted(): void {
    this.#before = new Map();
    this.#ownBefore = noAnswers;
  }

  /** Whether it is known what had been counted before. */
  get hasBegun(): boolean {
    return this.#before !== undefined;
  }

  take({ rows, numbers }: Counted): void {
    const isFirst = this.#before === undefined;
    const now = answersOf((name) => numbers.get(ownAnswersVariable(name)) ?? 0);
    if (!isFirst) {
      this.#ownGrown = answersOf((name) => this.#ownGrown[name] + grownFrom(this.#ownBefore[name], now[name]));
    }
    this.#ownBefore = now;
    this.takeRows(rows);
  }

  /** Of proxies and servers alone, some of them. */
  takeRows(rows: readonly StatRow[]): void {
    const isFirst = this.#before === undefined;
    this.#before ??= new Map();
    for (const row of rows) {
      const { proxy, server } = row;
      if (server === "BACKEND") continue;
      const key = `${proxy}/${server}`;
      const now = countsOf(row);
      const before = this.#before.get(key);
      this.#before.set(key, now);
      if (isFirst) continue;
      const grown = this.#grown.get(proxy) ?? zero();
      for (const name of counters) grown[name] += grownFrom(before?.[name] ?? 0, now[name]);
      this.#grown.set(proxy, grown);
    }
  }

  /** Of the ring, each once. */
  takeLines(lines: readonly string[]): void {
    for (const line of lines) {
      const reset = resetIn(line);
      if (reset === undefined) continue;
      const known = this.#resets.get(reset.frontend) ?? { client: 0, target: 0 };
      this.#resets.set(reset.frontend, { ...known, [reset.by]: known[reset.by] + 1 });
    }
  }

  /** All as it is now: gives what came together, and begins anew. */
  flush(counted: Counted, directory: NodeDirectory): Traffic {
    this.take(counted);
    const { rows } = counted;
    const [grown, own, resets] = [this.#grown, this.#ownGrown, this.#resets];
    this.#grown = new Map();
    this.#resets = new Map();
    this.#ownGrown = noAnswers;
    const present = new Set(rows.map(({ proxy, server }) => `${proxy}/${server}`));
    for (const key of this.#before!.keys()) if (!present.has(key)) this.#before!.delete(key);
    const byProxy = Map.groupBy(
      rows.filter(({ server }) => server !== "BACKEND"),
      ({ proxy }) => proxy,
    );
    const now = (proxy: string, gauge: string) =>
      (byProxy.get(proxy) ?? []).reduce((sum, row) => sum + row.number(gauge), 0);
    const listeners = [...directory.listeners].map(([name, { listenerArn, protocol }]): ListenerTraffic => {
      const counts = grown.get(name) ?? zero();
      return {
        listenerArn,
        protocol,
        newConnections: counts.conn_tot,
        activeConnections: now(name, "scur"),
        failedHandshakes: counts.ssl_failed_handshake,
        resets: resets.get(name) ?? { client: 0, target: 0 },
        receivedBytes: counts.bin,
        sentBytes: counts.bout,
        responses: responsesOf(counts),
      };
    });
    const targetGroups = [...directory.targetGroups].map(([name, group]): TargetGroupTraffic => {
      const counts = grown.get(name) ?? zero();
      return {
        targetGroupArn: group.targetGroupArn,
        protocolVersion: group.protocolVersion,
        // A request is counted with each attempt to connect.
        requests: counts.stot - counts.wretr - counts.wredis,
        newConnections: counts.connect,
        activeConnections: now(name, "used_conn_cur") + now(name, "idle_conn_cur"),
        // Those after which it tried again, with the same target or another, are counted apart.
        connectionErrors: counts.econ + counts.wretr + counts.wredis,
        failedHandshakes: counts.ssl_failed_handshake,
        receivedBytes: counts.bin,
        sentBytes: counts.bout,
        responses: responsesOf(counts),
      };
    });
    return { listeners, targetGroups, ownAnswers: own };
  }
}

function answersOf(of: (name: keyof OwnAnswers) => number): OwnAnswers {
  return Object.fromEntries(ownAnswers.map((name) => [name, of(name)])) as OwnAnswers;
}

const noAnswers = answersOf(() => 0);

/** A counter that has become less has begun anew. */
function grownFrom(before: number, now: number): number {
  return now >= before ? now - before : now;
}

function zero(): Counts {
  return Object.fromEntries(counters.map((name) => [name, 0])) as Counts;
}

function countsOf(row: StatRow): Counts {
  return Object.fromEntries(counters.map((name) => [name, row.number(name)])) as Counts;
}

function responsesOf(counts: Counts): ResponseCounts {
  return { "2xx": counts.hrsp_2xx, "3xx": counts.hrsp_3xx, "4xx": counts.hrsp_4xx, "5xx": counts.hrsp_5xx };
}
