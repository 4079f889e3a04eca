import { type RegistryRepository, registryFault } from "#kernel/registry.ts";
import type { Store } from "#kernel/store.ts";
import { type BlobLinkRecord, blobLinkKey, blobLinks, manifestKey, manifests, tags, within } from "../model/image.ts";
import { pullTimes } from "../model/pull-time.ts";
import { replications } from "../model/replication.ts";
import { repositoryOf } from "../model/repository.ts";
import { scans } from "../model/scan.ts";
import { currentOf } from "./imports.ts";
import type { CatalogParts } from "./parts.ts";

/** How many records one commit of the cleaning removes. */
const batchSize = 500;

/** Manifests are content too: some clients ask for them as blobs. */
export function hasBlob(store: Store, repository: RegistryRepository, digest: string): boolean {
  const id = currentOf(store, repository)?.value.id ?? repository.id;
  return (
    store.view(blobLinks).get(blobLinkKey(id, digest)) !== undefined ||
    store.view(manifests).get(manifestKey(id, digest)) !== undefined
  );
}

export async function linkBlob(
  { store, clock }: Pick<CatalogParts, "store" | "clock">,
  repository: RegistryRepository,
  { digest, sizeBytes }: { readonly digest: string; readonly sizeBytes: number },
): Promise<void> {
  const found = currentOf(store, repository);
  if (found === undefined) throw registryFault("NAME_UNKNOWN", "repository name not known to registry");
  const { id } = found.value;
  const value: BlobLinkRecord = { repositoryId: id, digest, sizeBytes, linkedAt: clock.now() };
  await store.commit({ unchanged: [found], put: [{ key: blobLinkKey(id, digest), value }] });
}

export async function unlinkBlob(store: Store, { id }: RegistryRepository, digest: string): Promise<void> {
  const link = await store.get(blobLinkKey(id, digest));
  if (link.value === undefined) throw registryFault("BLOB_UNKNOWN", "blob unknown to registry", { digest });
  if (isNamed(store, link.value)) throw registryFault("UNSUPPORTED", "The blob is part of an image.");
  await store.commit({ unchanged: [link], remove: [link.key] });
}

function isNamed(store: Store, { repositoryId, digest }: BlobLinkRecord): boolean {
  return store.view(manifests).count("blob", within(repositoryId, digest)) > 0;
}

/** Forgets links that nothing needs, and what a push has recorded in a repository while that was being deleted. */
export async function forgetUnusedBlobs(store: Store, before: number): Promise<void> {
  const isGone = (repositoryId: string) => repositoryOf(store, { id: repositoryId }) === undefined;
  const unused = [...store.view(blobLinks).all()].filter(
    ({ value }) => isGone(value.repositoryId) || (value.linkedAt < before && !isNamed(store, value)),
  );
  const records = [
    ...[...store.view(manifests).all(), ...store.view(tags).all()],
    ...[...store.view(pullTimes).all(), ...store.view(replications).all(), ...store.view(scans).all()],
  ];
  const orphans = records.filter(({ value }) => isGone(value.repositoryId));
  const all = [...unused, ...orphans];
  for (let i = 0; i < all.length; i += batchSize) {
    const batch = all.slice(i, i + batchSize);
    await store.commit({ unchanged: batch, remove: batch.map(({ key }) => key) });
  }
}

export function* referencedDigests(store: Store): Iterable<string> {
  for (const { value } of store.view(blobLinks).all()) yield value.digest;
  for (const { value } of store.view(manifests).all()) yield value.digest;
  for (const { value } of store.view(scans).all()) if (value.result !== undefined) yield value.result.findingsDigest;
}
