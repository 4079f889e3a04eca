import { digestAlgorithm } from "./blob-store.ts";
import { isObject } from "./json-object.ts";
import { type ManifestBlob, type RegistryManifest, registryFault } from "./registry.ts";

/** What a manifest says, read and checked: for pushes through the registry's protocol and through ECR's `PutImage`. */

export const manifestTypes = {
  dockerImage: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  image: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  artifact: "application/vnd.oci.artifact.manifest.v1+json",
} as const;

/** The largest manifest that is taken, as the OCI specification has it. */
export const maxManifestBytes = 4 * 2 ** 20;
/** More blobs than any image has; bounds what one manifest makes the platform look up. */
const maxDescriptors = 4096;

const knownTypes = new Set<string>(Object.values(manifestTypes));
const indexTypes = new Set<string>([manifestTypes.dockerList, manifestTypes.index]);

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a manifest of which `digest` is the digest. `contentType` is what its sender calls it; absent, its `mediaType`
 * counts. Throws `MANIFEST_INVALID` with what is wrong in words.
 */
export function parseManifest(bytes: Uint8Array, digest: string, contentType?: string): RegistryManifest {
  if (bytes.length > maxManifestBytes) throw invalid(`a manifest may have at most ${maxManifestBytes} bytes`);
  const json = parseJson(bytes);
  const mediaType = mediaTypeOf(json, contentType);
  if (json.schemaVersion !== 2 && mediaType !== manifestTypes.artifact) throw invalid("schemaVersion must be 2");
  const subject = json.subject === undefined ? undefined : readDescriptor(json.subject, "subject").digest;
  const isIndex = indexTypes.has(mediaType);
  // An image given as an index, or the other way round, would be read differently by different clients.
  if (isIndex && (json.config !== undefined || json.layers !== undefined)) throw invalid("an index has no layers");
  if (!isIndex && json.manifests !== undefined) throw invalid("an image has no manifests");
  const artifactType = artifactTypeOf(json, isIndex);
  const annotations = readAnnotations(json.annotations);
  return {
    ...{ digest, mediaType, sizeBytes: bytes.length },
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations }),
    ...(subject !== undefined && { subject }),
    blobs: isIndex ? [] : readBlobs(json, mediaType),
    manifests: isIndex ? readList(json.manifests, "manifests", true).map(readChild) : [],
  };
}

/** The media type that a manifest is of, by its own words; undefined when they are none of a manifest's. */
export function manifestMediaType(bytes: Uint8Array): string | undefined {
  try {
    return mediaTypeOf(parseJson(bytes), undefined);
  } catch {
    return undefined;
  }
}

function parseJson(bytes: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw invalid("it is not JSON");
  }
  if (!isObject(value)) throw invalid("it is not a JSON object");
  return value;
}

function mediaTypeOf(json: Json, contentType: string | undefined): string {
  const sent = contentType?.replace(/;.*/, "").trim().toLowerCase() || undefined;
  const own = json.mediaType === undefined || json.mediaType === "" ? undefined : json.mediaType;
  if (own !== undefined && typeof own !== "string") throw invalid("mediaType must be a string");
  if (sent !== undefined && own !== undefined && sent !== own) {
    throw invalid(`mediaType is ${own}, and it was sent as ${sent}`);
  }
  const guessed = json.manifests === undefined ? manifestTypes.image : manifestTypes.index;
  const mediaType = own ?? sent ?? guessed;
  if (!knownTypes.has(mediaType)) throw invalid(`manifests of the type ${mediaType} are not supported`);
  return mediaType;
}

function artifactTypeOf(json: Json, isIndex: boolean): string | undefined {
  if (json.artifactType !== undefined && json.artifactType !== "") return text(json.artifactType, "artifactType");
  if (isIndex || !isObject(json.config)) return undefined;
  return typeof json.config.mediaType === "string" ? json.config.mediaType : undefined;
}

function readBlobs(json: Json, mediaType: string): ManifestBlob[] {
  if (mediaType === manifestTypes.artifact) {
    return readList(json.blobs, "blobs", false).map((each, i) => readDescriptor(each, `blobs[${i}]`));
  }
  const layers = readList(json.layers, "layers", true).flatMap((each, i) => {
    const descriptor = readDescriptor(each, `layers[${i}]`);
    return isForeign(each as Json) ? [] : [descriptor];
  });
  return [readDescriptor(json.config, "config"), ...layers];
}

/** Layers that may not be distributed, and say where they lie. */
function isForeign(layer: Json): boolean {
  return Array.isArray(layer.urls) && layer.urls.length > 0 && /foreign|nondistributable/.test(String(layer.mediaType));
}

function readChild(value: unknown, index: number): ManifestBlob {
  const where = `manifests[${index}]`;
  const descriptor = readDescriptor(value, where);
  const { platform } = value as Json;
  if (!isObject(platform ?? {})) throw invalid(`${where}.platform must be an object`);
  return descriptor;
}

function readDescriptor(value: unknown, where: string): ManifestBlob {
  if (!isObject(value)) throw invalid(`${where} must be a descriptor`);
  const { digest, size, mediaType } = value;
  if (typeof digest !== "string" || digestAlgorithm(digest) === undefined) throw invalid(`${where}.digest is none`);
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw invalid(`${where}.size must be a number of bytes`);
  return { digest, sizeBytes: size as number, mediaType: text(mediaType ?? "", `${where}.mediaType`) };
}

function readList(value: unknown, where: string, required: boolean): readonly unknown[] {
  if (value === undefined || value === null) {
    if (required) throw invalid(`${where} is missing`);
    return [];
  }
  if (!Array.isArray(value)) throw invalid(`${where} must be a list`);
  if (value.length > maxDescriptors) throw invalid(`${where} has more than ${maxDescriptors} entries`);
  return value;
}

function readAnnotations(value: unknown): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw invalid("annotations must be an object");
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, text(each, "each annotation")]));
}

function text(value: unknown, where: string): string {
  if (typeof value !== "string") throw invalid(`${where} must be a string`);
  return value;
}

function invalid(problem: string): Error {
  return registryFault("MANIFEST_INVALID", `manifest invalid: ${problem}`);
}
