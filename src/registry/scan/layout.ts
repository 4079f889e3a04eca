import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BlobStore } from "#kernel/blob-store.ts";
import type { ImageScanner } from "#kernel/image-scan.ts";

type Image = Parameters<ImageScanner["scan"]>[0];

/** Writes an image as an OCI image layout into a folder. Nothing of it is decompressed here. */
export async function writeLayout(blobs: BlobStore, image: Image, dir: string): Promise<void> {
  const { digest, mediaType, sizeBytes } = image;
  for (const each of new Set([digest, ...image.blobs.map((blob) => blob.digest)])) await writeBlob(blobs, each, dir);
  const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size: sizeBytes }] };
  await writeFile(join(dir, "index.json"), JSON.stringify(index));
  await writeFile(join(dir, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
}

async function writeBlob(blobs: BlobStore, digest: string, dir: string): Promise<void> {
  const [algorithm = "", hex = ""] = digest.split(":");
  const content = await blobs.read(digest);
  await mkdir(join(dir, "blobs", algorithm), { recursive: true });
  const file = await open(join(dir, "blobs", algorithm, hex), "w", 0o600);
  try {
    for await (const piece of content) await file.write(piece);
  } finally {
    await file.close();
  }
}
