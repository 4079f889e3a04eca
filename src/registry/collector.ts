import type { BlobStore } from "#kernel/blob-store.ts";
import { type Clock, sleep } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { InvariantError } from "#kernel/fault.ts";
import type { RegistryCatalog } from "#kernel/registry.ts";
import { withReruns } from "./protocol/reruns.ts";

export interface CollectorOptions {
  readonly catalog: RegistryCatalog;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly onBug: (error: InvariantError) => void;
}

export interface Collector {
  /** Resolves when the run that is under way has ended. */
  stop(): Promise<void>;
}

/** Between the end of a run and the next one. */
const everySeconds = 1800;
/** How long a layer may wait for the manifest that names it: a push of many large layers takes a while. */
const unusedSeconds = 24 * 3600;

/** Runs garbage collection from time to time: first of the links of blobs, then of the blobs. */
export function startCollector(options: CollectorOptions): Collector {
  const { clock, log, onBug } = options;
  const stopping = new AbortController();
  const untilNext = () =>
    sleep(clock, everySeconds * 1000, stopping.signal).then(
      () => true,
      () => false, // stopped
    );
  const stopped = (async () => {
    while (await untilNext()) {
      try {
        await collectOnce(options);
      } catch (error) {
        if (error instanceof InvariantError) onBug(error);
        // What could not be collected now is collected later.
        log.error("Images that nobody uses could not be removed", { error });
      }
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await stopped;
    },
  };
}

async function collectOnce({ catalog, blobs, clock, log }: CollectorOptions): Promise<void> {
  await withReruns(catalog).forgetUnusedBlobs(clock.now() - unusedSeconds * 1000);
  const { removedBlobs, removedBytes } = await blobs.collect(() => catalog.referencedDigests());
  if (removedBlobs > 0) log.info("Images that nobody uses were removed", { removedBlobs, removedBytes });
}
