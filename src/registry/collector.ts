import type { BlobStore } from "#kernel/blob-store.ts";
import { type Clock, sleep } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { RegistryCatalog } from "#kernel/registry.ts";
import { withReruns } from "./protocol/reruns.ts";

export interface CollectorOptions {
  readonly catalog: RegistryCatalog;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Between the end of a run and the next one. */
  readonly everySeconds?: number;
  /** How long a blob that was pushed may wait for the manifest that names it. */
  readonly unusedSeconds?: number;
}

export interface Collector {
  /** Resolves when the run that is under way has ended. */
  stop(): Promise<void>;
}

/** Runs garbage collection from time to time: first of the links of blobs, then of the blobs. */
export function startCollector(options: CollectorOptions): Collector {
  const { clock, log, everySeconds = 1800 } = options;
  const stopping = new AbortController();
  const stopped = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await sleep(clock, everySeconds * 1000, stopping.signal);
      } catch {
        return; // stopped
      }
      try {
        await collectOnce(options);
      } catch (error) {
        // What could not be collected now is collected later.
        log.error("Unused images could not be cleared away", { error });
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

async function collectOnce({ catalog, blobs, clock, log, unusedSeconds = 24 * 3600 }: CollectorOptions): Promise<void> {
  await withReruns(catalog).forgetUnusedBlobs(clock.now() - unusedSeconds * 1000);
  const result = await blobs.collect(() => catalog.referencedDigests());
  log.debug("Unused images have been cleared away", { ...result });
}
