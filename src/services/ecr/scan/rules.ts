import type { RegistryScanningConfiguration, ScanningRepositoryFilter } from "#generated/ecr/types.ts";
import { manifestTypes } from "#kernel/oci-manifest.ts";
import type { RegistryManifest } from "#kernel/registry.ts";
import { matchesWildcard } from "../model/mutability.ts";
import type { RegistryRecord, RepositoryRecord } from "../model.ts";

/** What holds for a registry that has none of its own: nothing is scanned unless it is asked for. */
export const defaultScanning: RegistryScanningConfiguration = { scanType: "BASIC", rules: [] };

/** The filters of the registry that have the repository's images scanned when they are pushed. */
export function appliedFilters({ scanning }: RegistryRecord, name: string): readonly ScanningRepositoryFilter[] {
  return (scanning?.rules ?? [])
    .filter(({ scanFrequency }) => scanFrequency === "SCAN_ON_PUSH")
    .flatMap(({ repositoryFilters }) => repositoryFilters)
    .filter(({ filter }) => fits(filter, name));
}

/** A filter without a wildcard fits every name that it is part of. */
function fits(filter: string, name: string): boolean {
  return filter.includes("*") ? matchesWildcard(filter, name) : name.includes(filter);
}

/** Whether what is pushed to the repository is scanned: it says so, or a filter of its registry does. */
export function scansOnPush(
  registry: RegistryRecord,
  repository: Pick<RepositoryRecord, "name" | "scanOnPush">,
): boolean {
  return (repository.scanOnPush ?? false) || appliedFilters(registry, repository.name).length > 0;
}

const configurations = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);

/** Whether it is an image that runs: no index of some, and no other artifact. */
export function isScannable({ mediaType, blobs }: RegistryManifest): boolean {
  const isImage = mediaType === manifestTypes.image || mediaType === manifestTypes.dockerImage;
  return isImage && configurations.has(blobs[0]?.mediaType ?? "");
}
