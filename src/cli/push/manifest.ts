import { createHash } from "node:crypto";
import { manifestMediaType, manifestTypes } from "#kernel/oci-manifest.ts";
import type { Compression, LayerBlob } from "./layer-blob.ts";

/** A manifest as it is pushed. */
export interface PushedManifest {
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly digest: string;
}

/** What an engine itself calls the parts of an image that it pushes. */
const dockerTypes = {
  manifest: manifestTypes.dockerImage,
  config: "application/vnd.docker.container.image.v1+json",
  layer: "application/vnd.docker.image.rootfs.diff.tar",
} as const;

/** The same for images with layers for which Docker has no word. */
const ociTypes = {
  manifest: manifestTypes.image,
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

/** The manifest of a configuration and its layers: the engine's own, unless the layers are others by now. */
export function manifestFor(config: Buffer, layers: readonly LayerBlob[], own: Buffer | undefined): PushedManifest {
  const mediaType = own && manifestMediaType(own);
  if (own !== undefined && mediaType !== undefined && layers.every(({ untouched }) => untouched)) {
    return { bytes: own, mediaType, digest: sha256(own) };
  }
  const types = layers.some(({ compression }) => compression === "zstd") ? ociTypes : dockerTypes;
  const suffix = (compression: Compression) => `${types === dockerTypes ? "." : "+"}${compression}`;
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, size: config.length, digest: sha256(config) },
    layers: layers.map(({ sizeBytes, digest, compression }) => ({
      mediaType: `${types.layer}${suffix(compression)}`,
      size: sizeBytes,
      digest,
    })),
  };
  const bytes = Buffer.from(JSON.stringify(manifest, undefined, 3));
  return { bytes, mediaType: types.manifest, digest: sha256(bytes) };
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
