import type { ServiceModule } from "#kernel/handler.ts";
import { logsAuthorizationWith } from "./authorization.ts";
import { removalController } from "./controllers/removal/controller.ts";
import { retentionController } from "./controllers/retention/controller.ts";
import { subscriptionController } from "./controllers/subscription/controller.ts";
import type { LogQueries } from "./insights/run/queries.ts";
import {
  logGroups,
  logQueryDefinitions,
  logRemovals,
  logResourcePolicies,
  logStreams,
  metricFilters,
  subscriptionFilters,
} from "./model.ts";
import { createOperations } from "./operations/index.ts";
import type { LogStorage } from "./segments/storage.ts";

export { LogMetrics } from "./ingest/log-metrics.ts";
export { QueryTooLarge } from "./insights/language/query-too-large.ts";
export { LogQueries } from "./insights/run/queries.ts";
export { createLocalScanner, type QueryScanner, type Scanned, type ScanPart } from "./insights/run/scanner.ts";
export { createLogSink, type LogSinkOptions } from "./log-sink.ts";
export { LogStorage, type LogStorageOptions } from "./segments/storage.ts";

export const logsCollections = [
  ...[logGroups, logQueryDefinitions, logRemovals, logResourcePolicies, logStreams, metricFilters, subscriptionFilters],
];

export interface LogsOptions {
  /** Where events are kept: shared with the sink that takes in the output of containers. */
  readonly storage: LogStorage;
  /** What is wrong with a text as a resource policy; undefined when nothing is. */
  readonly policyFault: (document: string) => string | undefined;
  /** Runs the queries of Logs Insights; to be closed before the storage. */
  readonly queries: LogQueries;
}

/** Amazon CloudWatch Logs. */
export function createLogs(options: LogsOptions): ServiceModule {
  const { storage, queries } = options;
  return {
    name: "logs",
    operations: createOperations(options),
    controllers: [retentionController(storage), removalController(storage), subscriptionController(storage)],
    collections: logsCollections,
    authorization: logsAuthorizationWith(queries),
  };
}
