import { join } from "node:path";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { Store } from "#kernel/store.ts";
import { LogMetrics, LogQueries, LogStorage } from "#services/logs/index.ts";
import { diskFiles } from "./disk-files.ts";
import { createQueryWorkers } from "./query-workers/index.ts";

export interface LogsOnDiskOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The stored events of all log groups, the queries on them, and the metrics that come of them. */
export interface LogsOnDisk {
  readonly storage: LogStorage;
  readonly queries: LogQueries;
  /** From now on publishes what metric filters make of events, and what messages have embedded. */
  publishMetrics(store: Pick<Store, "view">, sink: MetricSink): void;
  /** Resolves when all that was accepted is durable, and all metrics are with the sink. */
  close(): Promise<void>;
}

export function openLogsOnDisk({ dataDir, clock, log }: LogsOnDiskOptions): LogsOnDisk {
  const folder = join(dataDir, "logs");
  const storage = new LogStorage({ files: diskFiles(folder), log });
  const queries = new LogQueries({ storage, scanner: createQueryWorkers({ folder, clock }), clock, log });
  let metrics: LogMetrics | undefined;
  return {
    storage,
    queries,
    publishMetrics(store, sink) {
      metrics = new LogMetrics({ store, storage, sink, clock, log });
    },
    async close() {
      await queries.close();
      await storage.close();
      await metrics?.close();
    },
  };
}
