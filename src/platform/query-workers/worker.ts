import { parentPort, workerData } from "node:worker_threads";
import { DriverError } from "#kernel/fault.ts";
import { diskFiles } from "#platform/disk-files.ts";
import { createLocalScanner, QueryTooLarge } from "#services/logs/index.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./messages.ts";

/** A thread that scans parts of queries, one after another: the module that `query-workers/index.ts` starts. */

const { folder } = workerData as WorkerStart;
const scanner = createLocalScanner(diskFiles(folder));

parentPort!.on("message", (message: ToWorker) => {
  if ("forget" in message) return scanner.forget(message.forget);
  void scanner.scan(message.scan).then(
    (scanned) => answer({ scanned }),
    (error: unknown) => answer({ failed: describe(error) }),
  );
});

function answer(message: FromWorker): void {
  parentPort!.postMessage(message);
}

function describe(error: unknown): Extract<FromWorker, { failed: unknown }>["failed"] {
  if (error instanceof QueryTooLarge) return { kind: "too-large", reason: "", message: error.message };
  if (error instanceof DriverError) return { kind: "driver", reason: error.reason, message: error.message };
  return { kind: "bug", reason: "", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
