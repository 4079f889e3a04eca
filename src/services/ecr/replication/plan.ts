import type { Put } from "#kernel/store.ts";
import { isImmutable } from "../model/mutability.ts";
import {
  type BlobLinkRecord,
  blobLinkKey,
  type ManifestRecord,
  manifestKey,
  type ReplicationRecord,
  type RepositoryRecord,
  repositoryKey,
  type TagRecord,
  tagKey,
} from "../model.ts";

/** All that says what becomes of a replication. */
export interface ReplicationView {
  readonly record: ReplicationRecord;
  /** The image, and of an index all images that it names, each behind those that it names itself. */
  readonly images: readonly ManifestRecord[];
  /** The links of their blobs, as far as they are there. */
  readonly links: readonly BlobLinkRecord[];
  readonly destination: {
    /** The destination's policy lets the source's account replicate to the repository. */
    readonly mayReplicate: boolean;
    /** What is there; absent, what would be made; undefined when it may not be made. */
    readonly repository: RepositoryRecord | undefined;
    readonly isNew: boolean;
    readonly images: ReadonlyMap<string, ManifestRecord>;
    /** What the tags that are to be copied name there. */
    readonly tags: ReadonlyMap<string, TagRecord>;
    /** The scans that follow there. */
    readonly scans: readonly Put[];
  };
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface ReplicationPlan {
  readonly status: "COMPLETE" | "FAILED";
  readonly failureCode?: string;
  readonly put: readonly Put[];
}

/**
 * Copies records: content is shared by all registries. An image that is there stays as it is; a tag that must stay
 * where it is fails the replication, but the image comes.
 */
export function planReplication({ record, images, links, destination, now }: ReplicationView): ReplicationPlan {
  const { repository, isNew } = destination;
  if (!destination.mayReplicate) return failed("AccessDenied");
  if (repository === undefined) return failed("RepositoryNotFound");
  const linked = new Set(links.map(({ digest }) => digest));
  if (images.some(({ blobs }) => blobs.some(({ digest }) => !linked.has(digest)))) return failed("LayersNotFound");
  const { id, account, region, name } = repository;
  const kept = record.tags.filter((tag) => {
    const there = destination.tags.get(tag);
    return there !== undefined && there.digest !== record.digest && isImmutable(repository, tag);
  });
  const put: Put[] = [
    ...(isNew ? [{ key: repositoryKey({ account, region }, name), value: repository }] : []),
    ...links.map((link): Put => {
      const value: BlobLinkRecord = { ...link, repositoryId: id, linkedAt: now };
      return { key: blobLinkKey(id, link.digest), value };
    }),
    ...images.map(({ archival: _, ...image }): Put => {
      const value: ManifestRecord = destination.images.get(image.digest) ?? {
        ...image,
        repositoryId: id,
        pushedAt: now,
      };
      return { key: manifestKey(id, image.digest), value };
    }),
    ...destination.scans,
    ...record.tags.flatMap((tag): Put[] => {
      if (kept.includes(tag)) return [];
      const value: TagRecord = { repositoryId: id, tag, digest: record.digest };
      return [{ key: tagKey(id, tag), value }];
    }),
  ];
  return kept.length > 0 ? { ...failed("ImageTagAlreadyExists"), put } : { status: "COMPLETE", put };
}

function failed(failureCode: string): ReplicationPlan {
  return { status: "FAILED", failureCode, put: [] };
}
