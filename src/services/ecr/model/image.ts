import type { RegistryManifest } from "#kernel/registry.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";

/** The manifest of an image, or of an index of images. Its bytes are in the blob store under its digest. */
export interface ManifestRecord extends RegistryManifest {
  readonly repositoryId: string;
  /** Milliseconds since the epoch. */
  readonly pushedAt: number;
  /** Absent: it has never been archived. */
  readonly archival?: Archival;
}

/** Where an image that has been archived is now. Times are milliseconds since the epoch. */
export interface Archival {
  readonly status: "ACTIVE" | "ARCHIVED";
  readonly archivedAt: number;
  readonly activatedAt?: number;
}

/** A tag and the manifest that it names. */
export interface TagRecord {
  readonly repositoryId: string;
  readonly tag: string;
  readonly digest: string;
  /** When upstream was last asked what it names, in milliseconds since the epoch; absent: it was pushed. */
  readonly checkedAt?: number;
}

/** A blob that a repository may use: it was uploaded to it, or mounted. */
export interface BlobLinkRecord {
  readonly repositoryId: string;
  readonly digest: string;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch; the last time, when it was linked again or became part of an image. */
  readonly linkedAt: number;
}

/** Indexes besides `repository` (its id) are by `within`: a repository's id and a digest. */
export const manifests: Collection<ManifestRecord, "repository" | "subject" | "blob" | "child"> = {
  name: "ecr/manifest",
  indexes: {
    repository: ({ repositoryId }) => repositoryId,
    subject: ({ repositoryId, subject }) => (subject === undefined ? undefined : within(repositoryId, subject)),
    blob: ({ repositoryId, blobs }) => digestsOf(blobs).map((digest) => within(repositoryId, digest)),
    child: (manifest) => digestsOf(manifest.manifests).map((digest) => within(manifest.repositoryId, digest)),
  },
};

/** Index `image`: by `within` the repository and the manifest's digest. */
export const tags: Collection<TagRecord, "repository" | "image"> = {
  name: "ecr/tag",
  indexes: {
    repository: ({ repositoryId }) => repositoryId,
    image: ({ repositoryId, digest }) => within(repositoryId, digest),
  },
};

export const blobLinks: Collection<BlobLinkRecord, "repository"> = {
  name: "ecr/blob-link",
  indexes: { repository: ({ repositoryId }) => repositoryId },
};

/** An archived image is kept and told of, but cannot be pulled. */
export function statusOf({ archival }: Pick<ManifestRecord, "archival">): Archival["status"] {
  return archival?.status ?? "ACTIVE";
}

/** The image, archived from `now` on. */
export function archived(manifest: ManifestRecord, now: number): ManifestRecord {
  return { ...manifest, archival: { ...manifest.archival, status: "ARCHIVED", archivedAt: now } };
}

/** The image, to be pulled again from `now` on; as it is, when it can be. */
export function activated(manifest: ManifestRecord, now: number): ManifestRecord {
  if (manifest.archival?.status !== "ARCHIVED") return manifest;
  return { ...manifest, archival: { ...manifest.archival, status: "ACTIVE", activatedAt: now } };
}

export function within(repositoryId: string, digest: string): string {
  return `${repositoryId} ${digest}`;
}

export function manifestKey(repositoryId: string, digest: string): Key<ManifestRecord> {
  return keyOf(manifests, repositoryId, digest);
}

/** Keys of tags are in the order of their code units, since no tag has a character that keys escape. */
export function tagKey(repositoryId: string, tag: string): Key<TagRecord> {
  return keyOf(tags, repositoryId, tag);
}

export function blobLinkKey(repositoryId: string, digest: string): Key<BlobLinkRecord> {
  return keyOf(blobLinks, repositoryId, digest);
}

/** The digests of descriptors, each once: an image may have the same layer twice. */
export function digestsOf(descriptors: readonly { readonly digest: string }[]): readonly string[] {
  return [...new Set(descriptors.map(({ digest }) => digest))];
}
