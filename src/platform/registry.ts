import type { BlobStore } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { readLayerPath } from "#kernel/layer-url.ts";
import type { Random } from "#kernel/random.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import {
  createDownloads,
  createRegistry,
  type Downloads,
  type Registry,
  startCollector,
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
  readonly onBug: (error: unknown, where: string) => void;
}

export interface RunningRegistry {
  /** For the gateway. */
  readonly mounts: readonly (Registry | Downloads)[];
  /** Ends the collection of garbage, and what is fetched from elsewhere; resolves when both have ended. */
  close(): Promise<void>;
}

/** ECR's repositories as an OCI registry, and the collection of what nothing refers to any more. */
export function startRegistry(parts: RegistryParts): RunningRegistry {
  const { store, blobs, box, clock, random, log, upstream } = parts;
  const onBug = (error: unknown) => parts.onBug(error, "registry");
  const catalog = createCatalog({ ...parts.ports, store: store.as("registry"), clock, random, box, log });
  const registry = createRegistry({ catalog, blobs, clock, log, upstream, onBug });
  const collector = startCollector({ catalog, blobs, clock, log, onBug });
  return {
    mounts: [registry, createDownloads({ blobs, clock, log, readPath: (path) => readLayerPath(box, path) })],
    async close() {
      await Promise.all([collector.stop(), registry.close()]);
    },
  };
}

/** Whether images under this host are this platform's: by loopback and its port, or by a name of Amazon ECR's form. */
export function isRegistryHost(host: string, port: number | undefined): boolean {
  const [, name = "", given = "80"] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  if (/^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.localhost$/.test(name)) return true;
  return Number(given) === port && /^(localhost|127(\.\d{1,3}){3})$/.test(name);
}
