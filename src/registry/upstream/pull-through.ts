import { createHash } from "node:crypto";
import { type BlobInfo, type BlobStore, digestAlgorithm } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { ConflictError, DriverError, Fault } from "#kernel/fault.ts";
import { parseManifest } from "#kernel/oci-manifest.ts";
import {
  type FoundManifest,
  type RegistryCaller,
  type RegistryCatalog,
  type RegistryManifest,
  type RegistryRepository,
  registryFault,
  type Upstream,
} from "#kernel/registry.ts";
import type { UpstreamClient } from "./client.ts";

export interface PullThroughOptions {
  readonly catalog: RegistryCatalog;
  readonly blobs: BlobStore;
  readonly client: UpstreamClient;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of what nobody waits for, and should not be. */
  readonly onBug: (error: unknown) => void;
}

type Found = NonNullable<FoundManifest["manifest"]>;

/** An upstream that has not answered is left in peace this long, as far as something of it is here. */
const restMs = 300_000;
const mostResting = 1000;

/**
 * Repositories whose images come from another registry when they are asked for. Each is fetched once at a time. With a
 * manifest all its layers come, so that the image is here as a whole, whoever asks for what.
 */
export class PullThrough {
  readonly #options: PullThroughOptions;
  readonly #running = new Map<string, Promise<unknown>>();
  /** Manifests that could not be had, and until when they are not asked for again. */
  readonly #resting = new Map<string, number>();
  readonly #closing = new AbortController();

  constructor(options: PullThroughOptions) {
    this.#options = options;
  }

  /**
   * The manifest as upstream has it, recorded; what is here when upstream need not be asked, or does not answer.
   * Undefined: neither has it.
   */
  async manifest(
    repository: RegistryRepository,
    caller: RegistryCaller,
    reference: string,
  ): Promise<Found | undefined> {
    const { catalog, log } = this.#options;
    const found = await catalog.findManifest(repository, reference);
    const key = keyOf(repository, "manifest", reference);
    if (!found.askUpstream || (found.manifest !== undefined && this.#rests(key)))
      return this.#filled(repository, found);
    try {
      await this.#shared(key, () => this.#fetchManifest(repository, caller, reference));
      return this.#filled(repository, await catalog.findManifest(repository, reference));
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      if (found.manifest === undefined) throw this.#told(error, repository, "MANIFEST_UNKNOWN");
      this.#rest(key);
      const fields = { repository: repository.name, error };
      log.warn("An upstream registry does not answer; the cached image is used", fields);
      return this.#filled(repository, found);
    }
  }

  /** A blob of a cached image, fetched; undefined when the repository is none that caches, or upstream has none. */
  async blob(repository: RegistryRepository, digest: string): Promise<BlobInfo | undefined> {
    if (repository.imports === undefined) return undefined;
    try {
      return await this.#blob(repository, digest);
    } catch (error) {
      if (error instanceof DriverError) throw this.#told(error, repository, "BLOB_UNKNOWN");
      throw error;
    }
  }

  /** What the client is told. Clients show of 503 the number alone: why it is, is told to the log. */
  #told(error: DriverError, { name: repository }: RegistryRepository, unknown: UnknownCode): Error {
    const fault = upstreamFault(error, unknown);
    if (fault instanceof Fault && fault.code === "UNAVAILABLE") {
      const why = error.cause instanceof Error ? { why: error.cause.message } : {};
      this.#options.log.warn("An upstream registry does not answer", { repository, error, ...why });
    }
    return fault;
  }

  /** Fetches no more; resolves when what was under way has ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running.values());
  }

  async #fetchManifest(repository: RegistryRepository, caller: RegistryCaller, reference: string): Promise<void> {
    const { client, blobs, catalog } = this.#options;
    const upstream = await this.#upstreamOf(repository);
    const { bytes, mediaType } = await client.manifest(upstream, reference, this.#closing.signal);
    const algorithm = digestAlgorithm(reference) ?? "sha256";
    const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
    const tag = digestAlgorithm(reference) === undefined ? reference : undefined;
    if (tag === undefined && digest !== reference) {
      throw new DriverError("Unavailable", "The upstream registry gave another manifest than the one asked for.");
    }
    const manifest = readManifest(bytes, digest, mediaType);
    await blobs.put(bytes, algorithm);
    await catalog.putManifest(repository, caller, { manifest, cached: true, ...(tag !== undefined && { tag }) });
  }

  /** Has the layers fetched that are not here yet, in the background: the one who pulls asks for them anyway. */
  async #filled(repository: RegistryRepository, { manifest }: FoundManifest): Promise<Found | undefined> {
    if (manifest === undefined || repository.imports === undefined) return manifest;
    const key = keyOf(repository, "image", manifest.digest);
    if (this.#running.has(key) || this.#closing.signal.aborted) return manifest;
    void this.#shared(key, () => this.#fill(repository, manifest)).catch((error: unknown) => {
      const isKnown = error instanceof DriverError || error instanceof Fault || error instanceof ConflictError;
      if (isKnown)
        this.#options.log.warn("An image is not here as a whole yet", { repository: repository.name, error });
      else this.#options.onBug(error);
    });
    return manifest;
  }

  async #fill(repository: RegistryRepository, { digest, blobs }: Found): Promise<void> {
    const { catalog } = this.#options;
    for (const blob of blobs) {
      if (!(await catalog.hasBlob(repository, blob.digest))) await this.#blob(repository, blob.digest);
    }
    await catalog.finishImport(repository, digest);
  }

  async #blob(repository: RegistryRepository, digest: string): Promise<BlobInfo> {
    return this.#shared(keyOf(repository, "blob", digest), () => this.#fetchBlob(repository, digest));
  }

  async #fetchBlob(repository: RegistryRepository, digest: string): Promise<BlobInfo> {
    const { client, blobs, catalog, log } = this.#options;
    // Asking upstream first, also for what is here: who knows a digest has no right to the content yet.
    const upstream = await this.#upstreamOf(repository);
    const { content, sizeBytes } = await client.blob(upstream, digest, this.#closing.signal);
    const uploadId = await blobs.startUpload(repository.id);
    let blob: BlobInfo;
    try {
      await blobs.appendUpload(repository.id, uploadId, { content, ...(sizeBytes !== undefined && { sizeBytes }) });
      blob = await blobs.finishUpload(repository.id, uploadId, digest);
    } catch (error) {
      await blobs.cancelUpload(repository.id, uploadId).catch((problem) => {
        log.warn("A broken fetch could not be cleared away; it expires", { problem: String(problem) });
      });
      throw error;
    }
    await catalog.linkBlob(repository, blob);
    return blob;
  }

  async #upstreamOf(repository: RegistryRepository): Promise<Upstream> {
    if (this.#closing.signal.aborted) throw new DriverError("Unavailable", "The platform is being stopped.");
    const upstream = await this.#options.catalog.upstreamOf(repository);
    if (upstream === undefined) throw new DriverError("NotFound", "There is no pull through cache rule any more.");
    return upstream;
  }

  /** Those who ask for the same thing at the same time wait for one fetch. */
  #shared<T>(key: string, work: () => Promise<T>): Promise<T> {
    const present = this.#running.get(key) as Promise<T> | undefined;
    if (present !== undefined) return present;
    const started = work().finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }

  #rests(key: string): boolean {
    return (this.#resting.get(key) ?? 0) > this.#options.clock.now();
  }

  #rest(key: string): void {
    this.#resting.delete(key);
    this.#resting.set(key, this.#options.clock.now() + restMs);
    for (const oldest of this.#resting.keys()) {
      if (this.#resting.size <= mostResting) return;
      this.#resting.delete(oldest);
    }
  }
}

/** The same before and after the repository is made. */
function keyOf({ imports, name }: RegistryRepository, kind: "manifest" | "image" | "blob", reference: string): string {
  return `${imports?.account} ${imports?.region} ${name} ${kind} ${reference}`;
}

function readManifest(bytes: Buffer, digest: string, mediaType: string | undefined): RegistryManifest {
  try {
    return parseManifest(bytes, digest, mediaType);
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    throw new DriverError("Unavailable", `The upstream registry gave no manifest: ${cause.message}`, { cause });
  }
}

type UnknownCode = "MANIFEST_UNKNOWN" | "BLOB_UNKNOWN";

/** What went wrong upstream in ECR's words, where it has any. */
function upstreamFault(error: DriverError, unknown: UnknownCode): Error {
  if (error.reason === "NotFound") {
    return registryFault(unknown, unknown === "MANIFEST_UNKNOWN" ? "Requested image not found" : error.message);
  }
  if (error.reason === "Unauthorized") return registryFault("DENIED", error.message);
  if (error.reason === "TooManyRequests") return registryFault("TOOMANYREQUESTS", error.message);
  return error.reason === "NoSpace" ? error : registryFault("UNAVAILABLE", error.message);
}
