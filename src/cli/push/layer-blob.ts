import { createHash, type Hash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import type { ExportedFile } from "./exported-image.ts";

/** A layer as it is pushed: a file and what a manifest says of it. */
export interface LayerBlob {
  readonly file: string;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly compression: Compression;
  /** Whether it is pushed just as the engine exported it. */
  readonly untouched: boolean;
}

export type Compression = "gzip" | "zstd";

/** The first bytes of what is compressed already, as engines with containerd's store keep layers. */
const signatures: readonly (readonly [Compression, string])[] = [
  ["gzip", "1f8b"],
  ["zstd", "28b52ffd"],
];

/**
 * Compresses a layer, unless it is, as engines do for a push. The fastest level: who pushes waits for it, and what it
 * saves beside the best one is a tenth. `onBytes` is told of what has been read.
 */
export async function makeLayerBlob(
  layer: ExportedFile,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<LayerBlob> {
  const compression = await compressionOf(layer.file);
  const hash = createHash("sha256");
  const source = createReadStream(layer.file, { highWaterMark: 256 * 1024 });
  source.on("data", (piece) => onBytes(piece.length));
  if (compression !== undefined) {
    await pipeline(source, hash, { signal });
    return { ...layer, digest: digestOf(hash), compression, untouched: true };
  }
  let sizeBytes = 0;
  const file = `${layer.file}.gz`;
  const measured = async function* (pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) {
      hash.update(piece);
      sizeBytes += piece.length;
      yield piece;
    }
  };
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 256 * 1024 });
  await pipeline(source, gzip, measured, createWriteStream(file, { mode: 0o600 }), { signal });
  // Makes room: the disk need not hold the image twice.
  await rm(layer.file);
  return { file, digest: digestOf(hash), sizeBytes, compression: "gzip", untouched: false };
}

function digestOf(hash: Hash): string {
  return `sha256:${hash.digest("hex")}`;
}

async function compressionOf(file: string): Promise<Compression | undefined> {
  const handle = await open(file, "r");
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    const head = buffer.toString("hex");
    return signatures.find(([, signature]) => head.startsWith(signature))?.[0];
  } finally {
    await handle.close();
  }
}
