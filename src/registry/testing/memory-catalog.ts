import {
  type FoundManifest,
  type ManifestPut,
  type RegistryCaller,
  type RegistryCatalog,
  type RegistryManifest,
  type RegistryRepository,
  registryFault,
  type Upstream,
} from "#kernel/registry.ts";

interface MemoryRepository extends RegistryRepository {
  readonly manifests: Map<string, RegistryManifest>;
  readonly tags: Map<string, string>;
  /** When they were linked. */
  readonly blobs: Map<string, number>;
  readonly upstream?: Upstream;
}

export interface MemoryCatalogOptions {
  readonly now: () => number;
  /** `Basic ...`; without one everybody may come in. */
  readonly authorization?: string;
  /** Why an action is refused; undefined: it is not. */
  readonly refuse?: (action: string, name: string) => string | undefined;
  /** Repositories that cache another one, by name. */
  readonly upstreams?: Readonly<Record<string, Upstream>>;
  readonly immutableTags?: boolean;
  /** Whether blobs may be mounted; they may by default. */
  readonly mounts?: boolean;
}

/** A catalog in memory, with the semantics of `RegistryCatalog`: repositories are made when they are named. */
export class MemoryCatalog implements RegistryCatalog {
  /** The digests of what was pulled, in its order. */
  readonly pulled: string[] = [];
  /** The digests of what has been imported as a whole. */
  readonly imported: string[] = [];
  readonly #options: MemoryCatalogOptions;
  readonly #repositories = new Map<string, MemoryRepository>();

  constructor(options: MemoryCatalogOptions) {
    this.#options = options;
  }

  async authenticate({ authorization }: { readonly authorization: string | undefined }): Promise<RegistryCaller> {
    const expected = this.#options.authorization;
    if (expected !== undefined && authorization !== expected) throw registryFault("UNAUTHORIZED", "Not Authorized");
    const account = "000000000000";
    const arn = `arn:aws:iam::${account}:root`;
    const caller = { arn, userId: account, account, accessKeyId: "AKIATEST", type: "Root" } as const;
    return { caller, account, region: "us-east-1" };
  }

  async authorize(_caller: RegistryCaller, action: string, name: string): Promise<RegistryRepository> {
    const refusal = this.#options.refuse?.(action, name);
    if (refusal !== undefined) throw registryFault("DENIED", refusal);
    let repository = this.#repositories.get(name);
    if (repository === undefined) {
      const upstream = this.#options.upstreams?.[name];
      const contents = { manifests: new Map(), tags: new Map(), blobs: new Map() };
      const imports = { account: "000000000000", region: "us-east-1" };
      repository = { id: name, name, ...contents, ...(upstream && { upstream, imports }) };
      this.#repositories.set(name, repository);
    }
    return repository;
  }

  async findManifest(repository: RegistryRepository, reference: string): Promise<FoundManifest> {
    const { manifests, tags, upstream } = this.#of(repository);
    const manifest = manifests.get(tags.get(reference) ?? reference);
    const ask = upstream !== undefined && (manifest === undefined || !reference.includes(":"));
    return { ...(manifest && { manifest }), ...(ask && { askUpstream: true }) };
  }

  async finishImport(_repository: RegistryRepository, digest: string): Promise<void> {
    this.imported.push(digest);
  }

  async putManifest(repository: RegistryRepository, _caller: RegistryCaller, put: ManifestPut): Promise<void> {
    const { manifests, tags, blobs } = this.#of(repository);
    const { manifest, tag, cached } = put;
    const missing = cached
      ? undefined
      : (manifest.blobs.find(({ digest }) => !blobs.has(digest)) ??
        manifest.manifests.find(({ digest }) => !manifests.has(digest)));
    if (missing) throw registryFault("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", { digest: missing.digest });
    const tagged = tag === undefined ? undefined : tags.get(tag);
    if (this.#options.immutableTags && tagged !== undefined && tagged !== manifest.digest) {
      throw registryFault("TAG_INVALID", `The image tag '${tag}' already exists and cannot be overwritten.`);
    }
    manifests.set(manifest.digest, manifest);
    if (tag !== undefined) tags.set(tag, manifest.digest);
  }

  async deleteManifest(repository: RegistryRepository, _caller: RegistryCaller, reference: string): Promise<void> {
    const { manifests, tags } = this.#of(repository);
    if (tags.delete(reference)) return;
    if (!manifests.delete(reference)) throw registryFault("MANIFEST_UNKNOWN", "manifest unknown");
    for (const [tag, digest] of tags) if (digest === reference) tags.delete(tag);
  }

  async notePull(_repository: RegistryRepository, _caller: RegistryCaller, digest: string): Promise<void> {
    this.pulled.push(digest);
  }

  async allowsMounts(): Promise<boolean> {
    return this.#options.mounts ?? true;
  }

  async listTags(repository: RegistryRepository, page: { readonly after?: string; readonly limit: number }) {
    const tags = [...this.#of(repository).tags.keys()].sort();
    return tags.filter((tag) => page.after === undefined || tag > page.after).slice(0, page.limit);
  }

  async listReferrers(repository: RegistryRepository, digest: string) {
    return [...this.#of(repository).manifests.values()].filter(({ subject }) => subject === digest);
  }

  async hasBlob(repository: RegistryRepository, digest: string): Promise<boolean> {
    const { blobs, manifests } = this.#of(repository);
    return blobs.has(digest) || manifests.has(digest);
  }

  async linkBlob(repository: RegistryRepository, { digest }: { readonly digest: string }): Promise<void> {
    this.#of(repository).blobs.set(digest, this.#options.now());
  }

  async unlinkBlob(repository: RegistryRepository, digest: string): Promise<void> {
    const { blobs, manifests } = this.#of(repository);
    if (!blobs.has(digest)) throw registryFault("BLOB_UNKNOWN", "blob unknown to registry");
    if (isNamed(manifests.values(), digest)) throw registryFault("UNSUPPORTED", "The blob is part of an image.");
    blobs.delete(digest);
  }

  async upstreamOf(repository: RegistryRepository): Promise<Upstream | undefined> {
    return this.#of(repository).upstream;
  }

  async forgetUnusedBlobs(before: number): Promise<void> {
    for (const { blobs, manifests } of this.#repositories.values()) {
      for (const [digest, linkedAt] of blobs) {
        if (linkedAt < before && !isNamed(manifests.values(), digest)) blobs.delete(digest);
      }
    }
  }

  *referencedDigests(): Iterable<string> {
    for (const { blobs, manifests } of this.#repositories.values()) {
      yield* blobs.keys();
      yield* manifests.keys();
    }
  }

  #of(repository: RegistryRepository): MemoryRepository {
    return this.#repositories.get(repository.name)!;
  }
}

function isNamed(manifests: Iterable<RegistryManifest>, digest: string): boolean {
  return [...manifests].some(({ blobs }) => blobs.some((blob) => blob.digest === digest));
}
