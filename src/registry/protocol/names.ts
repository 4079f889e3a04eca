import { digestAlgorithm } from "#kernel/blob-store.ts";
import { registryFault } from "#kernel/registry.ts";

const maxNameLength = 255;

/** A repository's name of any number of levels. Throws `NAME_INVALID`. Linear in the length of the text. */
export function checkName(name: string): string {
  const valid =
    name.length <= maxNameLength && name.split("/").every((part) => /^[a-z0-9]+$/.test(withoutJoints(part)));
  if (!valid) throw registryFault("NAME_INVALID", `invalid repository name: ${JSON.stringify(name.slice(0, 300))}`);
  return name;
}

/** What is left when each `.`, `_`, `__` or run of `-` between two letters or digits is taken out. */
function withoutJoints(part: string): string {
  return part.replace(/(?<=[a-z0-9])(?:\.|__?|-+)(?=[a-z0-9])/g, "");
}

export function isTag(text: string): boolean {
  return /^\w[\w.-]{0,127}$/.test(text);
}

/** A tag or a digest. Throws `DIGEST_INVALID` or `TAG_INVALID`. */
export function checkReference(reference: string): string {
  if (reference.includes(":")) return checkDigest(reference);
  if (!isTag(reference)) throw registryFault("TAG_INVALID", "invalid tag");
  return reference;
}

/** Throws `DIGEST_INVALID`: also for algorithms other than sha256 and sha512. */
export function checkDigest(digest: string | null): string {
  if (digest === null || digestAlgorithm(digest) === undefined) throw registryFault("DIGEST_INVALID", "invalid digest");
  return digest;
}
