import type { BlobStore } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { ConflictError, InvariantError } from "#kernel/fault.ts";
import { readLayerPath } from "#kernel/layer-url.ts";
import type { Random } from "#kernel/random.ts";
import type { RegistryCatalog } from "#kernel/registry.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import {
  createDownloads,
  createRegistry,
  type Downloads,
  type Registry,
  type UpstreamClient,
} from "#registry/index.ts";
import { createCatalog, type EcrPorts } from "#services/ecr/index.ts";
import type { StoreHost } from "#store/index.ts";

export interface RegistryParts {
  readonly store: StoreHost;
  readonly blobs: BlobStore;
  readonly box: SecretBox;
  readonly ports: EcrPorts;
  readonly upstream: UpstreamClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onBug: (error: unknown) => void;
}

export interface RunningRegistry {
  /** For the gateway. */
  readonly mounts: readonly (Registry | Downloads)[];
  /** Ends the collection of garbage, and what is fetched from elsewhere; resolves when both have ended. */
  close(): Promise<void>;
}

const collectMinutes = 30;
/** How long a layer may wait for the manifest that names it: a push of many large layers takes a while. */
const unusedHours = 24;

/** ECR's repositories as an OCI registry, and the collection of what nothing refers to any more. */
export function startRegistry(parts: RegistryParts): RunningRegistry {
  const { store, blobs, box, clock, random, log, onBug, upstream } = parts;
  const catalog = createCatalog({ ...parts.ports, store: store.as("registry"), clock, random, box, log });
  const registry = createRegistry({ catalog, blobs, clock, log, upstream, onInvariantError: onBug });
  let running = Promise.resolve();
  const collect = () => {
    running = collectGarbage({ catalog, blobs, clock, log }).catch((error: unknown) => {
      if (error instanceof InvariantError) onBug(error);
      log.error("Images that nobody uses could not be removed", { error });
    });
    void running.then(() => (timer = clock.after(collectMinutes * 60_000, collect)));
  };
  let timer = clock.after(collectMinutes * 60_000, collect);
  return {
    mounts: [registry, createDownloads({ blobs, clock, log, readPath: (path) => readLayerPath(box, path) })],
    async close() {
      timer.cancel();
      await Promise.all([running, registry.close()]);
      // A run that has just ended has set the timer again.
      timer.cancel();
    },
  };
}

/** Whether images under this host are this platform's: by loopback and its port, or by a name of Amazon ECR's form. */
export function isRegistryHost(host: string, port: number | undefined): boolean {
  const [, name = "", given = "80"] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  if (/^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.localhost$/.test(name)) return true;
  return Number(given) === port && (name === "localhost" || name.startsWith("127."));
}

interface CollectParts {
  readonly catalog: RegistryCatalog;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
}

async function collectGarbage({ catalog, blobs, clock, log }: CollectParts): Promise<void> {
  try {
    await catalog.forgetUnusedBlobs(clock.now() - unusedHours * 3_600_000);
  } catch (error) {
    // Somebody pushes: what is left over is found in the next run.
    if (!(error instanceof ConflictError)) throw error;
  }
  const { removedBlobs, removedBytes } = await blobs.collect(() => catalog.referencedDigests());
  if (removedBlobs > 0) log.info("Images that nobody uses were removed", { removedBlobs, removedBytes });
}
