import type { RegistryManifest } from "#kernel/registry.ts";
import type { Put, Read, Store } from "#kernel/store.ts";
import { type RepositoryRecord, registrySettings, type ScanRecord, scanKey } from "../model.ts";
import { isScannable, scansOnPush } from "./rules.ts";

const notScannable = "UnsupportedImageError: The image is of a type that cannot be scanned.";

/** What the commit of a push reads and writes so that the image is scanned, where that is wanted. */
export async function wantScan(
  store: Pick<Store, "view" | "get">,
  repository: RepositoryRecord,
  manifest: RegistryManifest,
  now: number,
): Promise<{ readonly read: readonly Read<unknown>[]; readonly put: readonly Put[] }> {
  const none = { read: [], put: [] };
  const isIndex = manifest.manifests.length > 0;
  if (isIndex || !scansOnPush(registrySettings(store, repository), repository)) return none;
  const known = await store.get(scanKey(repository.id, manifest.digest));
  if (known.value !== undefined) return none;
  const common = { repositoryId: repository.id, digest: manifest.digest, requestedAt: now };
  const value: ScanRecord = isScannable(manifest)
    ? { ...common, status: "IN_PROGRESS" }
    : { ...common, status: "UNSUPPORTED_IMAGE", description: notScannable };
  return { read: [known], put: [{ key: known.key, value }] };
}
