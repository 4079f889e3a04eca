import { registryFault } from "#kernel/registry.ts";
import { checkDigest, checkName, checkReference } from "./names.ts";

/** What a request is about. */
export type Route =
  | { readonly kind: "ping" }
  | { readonly kind: "blob"; readonly name: string; readonly digest: string }
  | { readonly kind: "uploads"; readonly name: string }
  | { readonly kind: "upload"; readonly name: string; readonly uploadId: string }
  | { readonly kind: "manifest"; readonly name: string; readonly reference: string }
  | { readonly kind: "tags"; readonly name: string }
  | { readonly kind: "referrers"; readonly name: string; readonly digest: string };

const maxPathLength = 1024;

/**
 * Reads the path of a request, as it was sent, from its end, since names have any number of levels. Undefined: there is
 * nothing under this path. Throws `NAME_INVALID`, `DIGEST_INVALID` or `TAG_INVALID`.
 */
export function readRoute(path: string): Route | undefined {
  if (path === "/v2" || path === "/v2/") return { kind: "ping" };
  if (!path.startsWith("/v2/") || path.length > maxPathLength) return undefined;
  const parts = decode(path.slice("/v2/".length)).split("/");
  const [third, second, last] = [parts.at(-3), parts.at(-2), parts.at(-1)!];
  const name = (suffixLength: number) => checkName(parts.slice(0, -suffixLength).join("/"));
  if (third === "blobs" && second === "uploads") {
    if (last === "") return { kind: "uploads", name: name(3) };
    return { kind: "upload", name: name(3), uploadId: last };
  }
  if (second === "blobs" && last === "uploads") return { kind: "uploads", name: name(2) };
  if (second === "blobs") return { kind: "blob", name: name(2), digest: checkDigest(last) };
  if (second === "manifests") return { kind: "manifest", name: name(2), reference: checkReference(last) };
  if (second === "referrers") return { kind: "referrers", name: name(2), digest: checkDigest(last) };
  if (second === "tags" && last === "list") return { kind: "tags", name: name(2) };
  return undefined;
}

/** Some clients escape the colon of a digest. What is not ASCII, or escapes a slash, is in no name. */
function decode(text: string): string {
  if (!text.includes("%")) return text;
  if (/%(?!3a)/i.test(text)) throw registryFault("NAME_INVALID", "invalid repository name");
  return text.replaceAll(/%3a/gi, ":");
}
