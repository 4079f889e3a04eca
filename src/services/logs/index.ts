import type { ServiceModule } from "#kernel/handler.ts";
import { logsAuthorization } from "./authorization.ts";
import { removalController } from "./controllers/removal/controller.ts";
import { retentionController } from "./controllers/retention/controller.ts";
import { logGroups, logRemovals, logResourcePolicies, logStreams } from "./model.ts";
import { createOperations } from "./operations/index.ts";
import type { LogStorage } from "./segments/storage.ts";

export { createLogSink, type LogSinkOptions } from "./log-sink.ts";
export { LogStorage, type LogStorageOptions } from "./segments/storage.ts";

export const logsCollections = [logGroups, logRemovals, logResourcePolicies, logStreams];

export interface LogsOptions {
  /** Where events are kept: shared with the sink that takes in the output of containers. */
  readonly storage: LogStorage;
  /** What is wrong with a text as a resource policy; undefined when nothing is. */
  readonly policyFault: (document: string) => string | undefined;
}

/** Amazon CloudWatch Logs. */
export function createLogs({ storage, policyFault }: LogsOptions): ServiceModule {
  return {
    name: "logs",
    operations: createOperations(storage, policyFault),
    controllers: [retentionController(storage), removalController(storage)],
    collections: logsCollections,
    authorization: logsAuthorization,
  };
}
