import { uuid } from "#kernel/random.ts";
import { type ManifestPut, type RegistryRepository, registryFault } from "#kernel/registry.ts";
import type { Read } from "#kernel/store.ts";
import { isImmutable } from "../model/mutability.ts";
import {
  activated,
  type ManifestRecord,
  manifestKey,
  type RepositoryRecord,
  repositoryKey,
  type TagRecord,
  tagKey,
} from "../model.ts";
import { wantScan } from "../scan/wanted.ts";
import { fromTemplate } from "./create.ts";
import { currentOf } from "./imports.ts";
import type { CatalogParts } from "./parts.ts";

/**
 * Records a manifest that has come from upstream, and that upstream has just been asked for its tag. The first one
 * makes the repository, in the same commit. What the manifest names comes later. A tag that must stay where it is
 * stays.
 */
export async function putCached(
  parts: CatalogParts,
  { imports, name }: RegistryRepository,
  { manifest, tag }: ManifestPut,
): Promise<void> {
  if (imports === undefined) throw registryFault("NAME_UNKNOWN", "repository name not known to registry");
  const { store, clock } = parts;
  const found = await store.get(repositoryKey(imports, name));
  const repository = found.value ?? made(parts, found, { ...imports, name });
  const { id } = repository;
  const now = clock.now();
  const known = await store.get(manifestKey(id, manifest.digest));
  const tagged = tag === undefined ? undefined : await store.get(tagKey(id, tag));
  const old = tagged?.value;
  const stays = old !== undefined && old.digest !== manifest.digest && isImmutable(repository, old.tag);
  const record: ManifestRecord = { ...manifest, repositoryId: id, pushedAt: now };
  const newTag: TagRecord | undefined =
    tag === undefined
      ? undefined
      : { repositoryId: id, tag, digest: stays ? old.digest : manifest.digest, checkedAt: now };
  await store.commit({
    unchanged: [found, known, ...(tagged ? [tagged] : [])],
    put: [
      ...(found.value === undefined ? [{ key: found.key, value: repository }] : []),
      ...(stays ? [] : [{ key: known.key, value: known.value ? activated(known.value, now) : record }]),
      ...(tagged && newTag ? [{ key: tagged.key, value: newTag }] : []),
    ],
  });
}

/** Has an image scanned that is here as a whole now, where the repository's images are scanned when they come. */
export async function finishImport(
  { store, clock }: Pick<CatalogParts, "store" | "clock">,
  repository: RegistryRepository,
  digest: string,
): Promise<void> {
  const current = currentOf(store, repository);
  if (current === undefined) return;
  const image = await store.get(manifestKey(current.value.id, digest));
  if (image.value === undefined) return;
  const { read, put } = await wantScan(store, current.value, image.value, clock.now());
  if (put.length > 0) await store.commit({ unchanged: [current, image, ...read], put });
}

function made(
  parts: CatalogParts,
  { key }: Read<RepositoryRecord>,
  { account, region, name }: { readonly account: string; readonly region: string; readonly name: string },
): RepositoryRecord {
  const created = { account, region, name, id: uuid(parts.random), createdAt: parts.clock.now() };
  const repository = fromTemplate(parts, created, "PULL_THROUGH_CACHE");
  if (repository !== undefined) return repository;
  parts.log.warn("The role of a repository creation template may not make a repository", { repository: key });
  throw registryFault("NAME_UNKNOWN", notThere(account, name));
}

/** ECR's words for a repository that is not there. */
export function notThere(account: string, name: string): string {
  return `The repository with name '${name}' does not exist in the registry with id '${account}'`;
}
