/**
 * The repository and the tag or digest of a reference, with Docker's defaults: `nginx` is `latest` of
 * `docker.io/library/nginx`. A pull without a tag would fetch every tag.
 */
export function parseReference(reference: string): { readonly repository: string; readonly version: string } {
  const at = reference.indexOf("@");
  if (at >= 0) return { repository: withoutTag(reference.slice(0, at)).repository, version: reference.slice(at + 1) };
  return withoutTag(reference);
}

function withoutTag(reference: string): { repository: string; version: string } {
  const colon = reference.lastIndexOf(":");
  if (colon <= reference.lastIndexOf("/")) return { repository: reference, version: "latest" };
  return { repository: reference.slice(0, colon), version: reference.slice(colon + 1) };
}

/** A repository's full name: `nginx` is `docker.io/library/nginx`. */
export function canonicalRepository(repository: string): string {
  const slash = repository.indexOf("/");
  const first = slash < 0 ? "" : repository.slice(0, slash);
  if (first === "localhost" || first.includes(".") || first.includes(":")) return repository;
  return `docker.io/${slash < 0 ? "library/" : ""}${repository}`;
}

/** The registry's host as it is named in credentials: `docker.io`, `ghcr.io`, `localhost:5000`. */
export function registryOf(repository: string): string {
  const canonical = canonicalRepository(repository);
  return canonical.slice(0, canonical.indexOf("/"));
}

/** The digest among `nginx@sha256:...` entries by which this repository knows the image. */
export function digestFor(reference: string, repoDigests: readonly string[]): string | undefined {
  const wanted = canonicalRepository(parseReference(reference).repository);
  const pairs = repoDigests.map((entry) => entry.split("@") as [string, string]);
  const own = pairs.find(([repository]) => canonicalRepository(repository) === wanted);
  return own?.[1] ?? (isImageId(reference) ? pairs[0]?.[1] : undefined);
}

export function isImageId(reference: string): boolean {
  return /^(sha256:)?[0-9a-f]{64}$/.test(reference);
}
