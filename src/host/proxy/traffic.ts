import type { ListenerTraffic, ResponseCounts, TargetGroupTraffic } from "#kernel/load-balancing.ts";
import type { NodeDirectory } from "./names.ts";
import type { StatRow } from "./runtime-api.ts";

export interface Traffic {
  readonly listeners: readonly ListenerTraffic[];
  readonly targetGroups: readonly TargetGroupTraffic[];
}

/** Counters of HAProxy that only grow, by their names in `show stat`. */
const counters = [
  ...["bin", "bout", "stot", "conn_tot", "connect", "econ", "wretr", "wredis"],
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

  /** Another process has begun to count at zero. */
  restarted(): void {
    this.#before = new Map();
  }

  /** Whether it is known what had been counted before. */
  get hasBegun(): boolean {
    return this.#before !== undefined;
  }

  take(rows: readonly StatRow[]): void {
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
      // A counter that has become less has begun anew.
      for (const name of counters) {
        const since = before?.[name] ?? 0;
        grown[name] += now[name] >= since ? now[name] - since : now[name];
      }
      this.#grown.set(proxy, grown);
    }
  }

  /** All rows as they are now: gives what came together, and begins anew. */
  flush(rows: readonly StatRow[], directory: NodeDirectory): Traffic {
    this.take(rows);
    const grown = this.#grown;
    this.#grown = new Map();
    const present = new Set(rows.map(({ proxy, server }) => `${proxy}/${server}`));
    for (const key of this.#before!.keys()) if (!present.has(key)) this.#before!.delete(key);
    const byProxy = Map.groupBy(
      rows.filter(({ server }) => server !== "BACKEND"),
      ({ proxy }) => proxy,
    );
    const now = (proxy: string, gauge: string) =>
      (byProxy.get(proxy) ?? []).reduce((sum, row) => sum + row.number(gauge), 0);
    const listeners = [...directory.listeners].map(([name, { listenerArn }]): ListenerTraffic => {
      const counts = grown.get(name) ?? zero();
      return {
        listenerArn,
        newConnections: counts.conn_tot,
        activeConnections: now(name, "scur"),
        receivedBytes: counts.bin,
        sentBytes: counts.bout,
        responses: responsesOf(counts),
      };
    });
    const targetGroups = [...directory.targetGroups].map(([name, { targetGroupArn }]): TargetGroupTraffic => {
      const counts = grown.get(name) ?? zero();
      return {
        targetGroupArn,
        // A request is counted with each attempt to connect.
        requests: counts.stot - counts.wretr - counts.wredis,
        newConnections: counts.connect,
        activeConnections: now(name, "used_conn_cur") + now(name, "idle_conn_cur"),
        // Those after which it tried again, with the same target or another, are counted apart.
        connectionErrors: counts.econ + counts.wretr + counts.wredis,
        receivedBytes: counts.bin,
        sentBytes: counts.bout,
        responses: responsesOf(counts),
      };
    });
    return { listeners, targetGroups };
  }
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
