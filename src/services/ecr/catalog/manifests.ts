import {
  type FoundManifest,
  type ManifestPut,
  type RegistryManifest,
  type RegistryRepository,
  registryFault,
  type TagPage,
} from "#kernel/registry.ts";
import type { Entry, Read, Store } from "#kernel/store.ts";
import {
  activated,
  blobLinkKey,
  digestsOf,
  type ManifestRecord,
  manifestKey,
  manifests,
  statusOf,
  type TagRecord,
  tagKey,
  tags,
  within,
} from "../model/image.ts";
import { isImmutable } from "../model/mutability.ts";
import { type RepositoryRecord, repositoryOf } from "../model/repository.ts";
import { wantReplication } from "../replication/wanted.ts";
import { wantScan } from "../scan/wanted.ts";
import { currentOf, recheckMs } from "./imports.ts";
import type { CatalogParts } from "./parts.ts";
import { removalOf } from "./removal.ts";

/** Tags begin with a letter, a digit or an underscore, and have no colon, which every digest has. */
function isDigest(reference: string): boolean {
  return reference.includes(":");
}

/** The manifest that a tag or a digest names, when it can be pulled. */
export function findManifest(
  { store, clock }: Pick<CatalogParts, "store" | "clock">,
  repository: RegistryRepository,
  reference: string,
): FoundManifest {
  const { imports } = repository;
  const current = currentOf(store, repository);
  if (current === undefined) return imports === undefined ? {} : { askUpstream: true };
  const { id } = current.value;
  const tag = isDigest(reference) ? undefined : store.view(tags).get(tagKey(id, reference))?.value;
  const digest = isDigest(reference) ? reference : tag?.digest;
  const manifest = digest === undefined ? undefined : store.view(manifests).get(manifestKey(id, digest))?.value;
  if (manifest !== undefined && statusOf(manifest) === "ARCHIVED") return {};
  const isOld = tag?.checkedAt !== undefined && clock.now() - tag.checkedAt >= recheckMs;
  const ask = imports !== undefined && (manifest === undefined || isOld);
  return { ...(manifest && { manifest }), ...(ask && { askUpstream: true }) };
}

/**
 * Records a manifest and moves the tag, in one commit that is refused when the repository, the tag, a blob's link or a
 * child has changed since it was read. The manifest and what it names are written again with it: whoever is about to
 * remove one of them, because nothing named it, then finds it changed. Archived images are pulled again from then on;
 * copies in other registries and a scan follow, where they are wanted.
 */
export async function putManifest(
  parts: Pick<CatalogParts, "store" | "clock">,
  repository: Pick<RegistryRepository, "id" | "name">,
  { manifest, tag }: ManifestPut,
): Promise<void> {
  const { store, clock } = parts;
  const { id, name } = repository;
  const found = repositoryOf(store, repository);
  if (found === undefined) throw registryFault("NAME_UNKNOWN", "repository name not known to registry");
  const known = await store.get(manifestKey(id, manifest.digest));
  const tagged = tag === undefined ? undefined : await store.get(tagKey(id, tag));
  const moves = tagged !== undefined && tagged.value?.digest !== manifest.digest;
  if (moves && tagged.value !== undefined && isImmutable(found.value, tag!)) {
    const message = `The image tag '${tag}' already exists in the '${name}' repository and cannot be overwritten`;
    throw registryFault("TAG_INVALID", `${message} because the tag is immutable.`);
  }
  const now = clock.now();
  const record: ManifestRecord = { ...manifest, repositoryId: id, pushedAt: now };
  const isNew = known.value === undefined;
  const named = isNew ? await readNamed(store, found.value, manifest) : { blobs: [], children: [] };
  // An archived image that is pushed again is back.
  const value = known.value === undefined ? record : activated(known.value, now);
  if (value === known.value && !moves) return;
  const copies = await wantReplication(store, found.value, manifest.digest, tag);
  const scan = await wantScan(store, found.value, manifest, now);
  await store.commit({
    unchanged: [
      found,
      known,
      ...(tagged ? [tagged] : []),
      ...named.blobs,
      ...named.children,
      ...copies.read,
      ...scan.read,
    ],
    put: [
      ...copies.put,
      ...scan.put,
      { key: known.key, value },
      ...(moves ? [{ key: tagged.key, value: tagRecord(id, tag!, manifest.digest) }] : []),
      ...named.blobs.map(({ key, value }) => ({ key, value: { ...value, linkedAt: now } })),
      ...named.children.map((child) => ({ key: child.key, value: activated(child.value, now) })),
    ],
  });
}

function tagRecord(repositoryId: string, tag: string, digest: string): TagRecord {
  return { repositoryId, tag, digest };
}

/** The links of a manifest's blobs, and its children; all must be there. */
async function readNamed(store: Store, repository: RepositoryRecord, manifest: RegistryManifest) {
  const { id } = repository;
  const blobs = await Promise.all(digestsOf(manifest.blobs).map((digest) => store.get(blobLinkKey(id, digest))));
  const children = await Promise.all(digestsOf(manifest.manifests).map((digest) => store.get(manifestKey(id, digest))));
  return {
    blobs: present("Layers", blobs, manifest.blobs, repository),
    children: present("Images", children, manifest.manifests, repository),
  };
}

/** What was read of what a manifest names. Throws with all that is not there, in ECR's words. */
function present<T>(
  kind: "Layers" | "Images",
  reads: readonly Read<T>[],
  named: readonly { readonly digest: string }[],
  { name, account }: RepositoryRecord,
): readonly Entry<T>[] {
  const missing = digestsOf(named).filter((_, i) => reads[i]!.value === undefined);
  if (missing.length > 0) {
    const where = `repository with name '${name}' in the registry with id '${account}'`;
    const which = `${kind} with digests '[${missing.join(", ")}]'`;
    const words = `${which} required for pushing image into ${where} do not exist`;
    throw registryFault("MANIFEST_BLOB_UNKNOWN", words, { digest: missing[0], kind });
  }
  return reads as readonly Entry<T>[];
}

/** Removes a tag, or a manifest with its tags; a manifest that an index names stays. */
export async function deleteManifest(store: Store, repository: RegistryRepository, reference: string): Promise<void> {
  const { id } = repository;
  if (!isDigest(reference)) {
    const tag = await store.get(tagKey(id, reference));
    if (tag.value === undefined) throw registryFault("MANIFEST_UNKNOWN", "Requested image not found", { reference });
    await store.commit({ unchanged: [tag], remove: [tag.key] });
    return;
  }
  const manifest = await store.get(manifestKey(id, reference));
  if (manifest.value === undefined) throw registryFault("MANIFEST_UNKNOWN", "Requested image not found", { reference });
  const [parent] = store.view(manifests).by("child", within(id, reference));
  if (parent !== undefined) {
    throw registryFault("DENIED", `The image is referenced by the manifest list ${parent.value.digest}.`);
  }
  const { read, keys } = removalOf(store, manifest);
  await store.commit({ unchanged: read, remove: keys });
}

export function listTags(store: Store, { id }: RegistryRepository, { after, limit }: TagPage): readonly string[] {
  const from = after === undefined ? {} : { after: tagKey(id, after) };
  return store
    .view(tags)
    .by("repository", id, { ...from, limit })
    .map(({ value }) => value.tag);
}

export function listReferrers(store: Store, { id }: RegistryRepository, digest: string): readonly ManifestRecord[] {
  return store
    .view(manifests)
    .by("subject", within(id, digest))
    .map(({ value }) => value);
}
