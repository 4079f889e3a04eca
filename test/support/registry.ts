import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BlobStore } from "#kernel/blob-store.ts";
import { type Clock, systemClock } from "#kernel/clock.ts";
import { createLog } from "#kernel/log.ts";
import { systemRandom } from "#kernel/random.ts";
import { openHttp } from "#platform/http-sender.ts";
import {
  type BlobStoreOptions,
  createBlobStore,
  createRegistry,
  createUpstreamClient,
  type RegistryOptions,
} from "#registry/index.ts";
import { MemoryCatalog, type MemoryCatalogOptions } from "#registry/testing/memory-catalog.ts";

export interface TestRegistry {
  /** `127.0.0.1:41234` */
  readonly host: string;
  readonly url: string;
  readonly dir: string;
  readonly blobs: BlobStore;
  readonly catalog: MemoryCatalog;
  readonly logLines: readonly string[];
  /** A request as it stands; no redirect is followed. */
  send(method: string, path: string, options?: SendOptions): Promise<Response>;
  close(): Promise<void>;
}

export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | ReadableStream;
}

export interface TestRegistryOptions {
  readonly clock?: Clock;
  readonly catalog?: Partial<MemoryCatalogOptions>;
  readonly storage?: Partial<BlobStoreOptions>;
  readonly registry?: Partial<RegistryOptions>;
}

/** A registry of its own, on loopback, over a folder of its own and a catalog in memory. */
export async function startRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const clock = options.clock ?? systemClock();
  const dir = await mkdtemp(join(tmpdir(), "estiva-registry-"));
  const blobs = createBlobStore({ dir, clock, random: systemRandom(), ...options.storage });
  const catalog = new MemoryCatalog({ now: () => clock.now(), ...options.catalog });
  const logLines: string[] = [];
  const log = createLog({ clock, level: "warn", format: "json", write: (line) => void logLines.push(line) });
  const onBug = (error: unknown) => void logLines.push(String(error));
  const upstream = createUpstreamClient({ clock, open: openHttp });
  const registry = createRegistry({ catalog, blobs, clock, upstream, log, onBug, ...options.registry });
  const server = createServer((request, response) => void registry.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}`;
  return {
    ...{ host, url, dir, blobs, catalog, logLines },
    send: (method, path, { headers = {}, body } = {}) =>
      fetch(new URL(path, url), {
        ...{ method, redirect: "manual", headers },
        ...(body !== undefined && { body: body as RequestInit["body"], duplex: "half" }),
      } as RequestInit),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true });
    },
  };
}

export function sha256(content: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
