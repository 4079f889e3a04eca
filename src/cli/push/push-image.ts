import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DriverError } from "#kernel/fault.ts";
import { CommandError, exitCodes } from "../command.ts";
import { type ExportedFile, readExport } from "./exported-image.ts";
import { type LayerBlob, makeLayerBlob } from "./layer-blob.ts";
import { manifestFor, sha256 } from "./manifest.ts";
import type { PushProgress } from "./push-progress.ts";
import type { RegistryClient } from "./registry-client.ts";
import { ArchiveError } from "./tar-reader.ts";

export interface PushParts {
  /** The image as the engine exports it. */
  readonly content: AsyncIterable<Uint8Array>;
  readonly registry: RegistryClient;
  readonly progress: PushProgress;
  readonly signal: AbortSignal;
}

export interface PushedImage {
  readonly digest: string;
  readonly layers: number;
  /** Layers that the repository had already. */
  readonly layersPresent: number;
  /** Of the layers, compressed, as ECR counts it. */
  readonly sizeBytes: number;
}

/** So many layers are compressed and sent at once, as engines do. */
const layersAtOnce = 4;

/**
 * Pushes an exported image: layers, configuration, then the manifest under the tag, so that nobody sees it before it is
 * whole. What it holds in memory does not depend on the image's size; a folder of its own takes the image meanwhile.
 */
export async function pushImage({ content, registry, progress, signal }: PushParts, tag: string): Promise<PushedImage> {
  const folder = await mkdtemp(join(tmpdir(), "estiva-push-"));
  try {
    const image = await readExport(content, folder, (bytes) => progress.exported(bytes)).catch(asCommandError);
    // A file may stand for several layers; it is pushed once.
    const layers = [...new Map(image.layers.map((layer) => [layer.file, layer])).values()];
    progress.begin(layers);
    const pushed = await pushLayers(layers, { registry, progress, signal });
    const config = { digest: sha256(image.config), sizeBytes: image.config.length, content: { bytes: image.config } };
    if (!(await registry.hasBlob(config.digest))) await registry.pushBlob(config, () => {});
    const blobs = image.layers.map(({ file }) => pushed.get(file)!.blob);
    const manifest = manifestFor(image.config, blobs, image.manifest);
    await registry.putManifest(manifest, tag);
    const distinct = [...pushed.values()];
    return {
      digest: manifest.digest,
      layers: distinct.length,
      layersPresent: distinct.filter(({ present }) => present).length,
      sizeBytes: distinct.reduce((sum, { blob }) => sum + blob.sizeBytes, 0),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface PushedLayer {
  readonly blob: LayerBlob;
  readonly present: boolean;
}

async function pushLayers(
  layers: readonly ExportedFile[],
  { registry, progress, signal }: Pick<PushParts, "registry" | "progress" | "signal">,
): Promise<ReadonlyMap<string, PushedLayer>> {
  const waiting = [...layers];
  const pushed = new Map<string, PushedLayer>();
  const failures: unknown[] = [];
  const worker = async () => {
    for (let layer = waiting.shift(); layer !== undefined && failures.length === 0; layer = waiting.shift()) {
      const { file, sizeBytes } = layer;
      const blob = await makeLayerBlob(layer, (bytes) => progress.compressed(file, bytes), signal);
      const present = await registry.hasBlob(blob.digest);
      if (!present) {
        const scale = sizeBytes / Math.max(1, blob.sizeBytes);
        const body = { ...blob, content: { file: blob.file } };
        await registry.pushBlob(body, (bytes) => progress.sent(file, bytes * scale));
      }
      progress.done(file, { ...blob, present });
      pushed.set(file, { blob, present });
    }
  };
  // All of them end before the folder is removed; the first failure is the one that tells why.
  await Promise.all(Array.from({ length: layersAtOnce }, () => worker().catch((error) => failures.push(error))));
  if (failures.length > 0) throw failures[0];
  return pushed;
}

function asCommandError(error: unknown): never {
  if (error instanceof ArchiveError) throw new CommandError(error.message);
  throw error instanceof DriverError ? new CommandError(error.message, exitCodes.unavailable) : error;
}
