import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { pipeline } from "node:stream/promises";
import { type ArchiveEntry, ArchiveError, readArchive } from "./tar-reader.ts";

/** An image as a container engine exports it, in files of a folder. */
export interface ExportedImage {
  readonly config: Buffer;
  /** From the lowest one up. One file may stand for several layers. */
  readonly layers: readonly ExportedFile[];
  /**
   * The image's own manifest, where the engine keeps the one that it was built or pulled with (engines with
   * containerd's store do). Good for the layers as they lie here.
   */
  readonly manifest?: Buffer;
}

export interface ExportedFile {
  readonly file: string;
  readonly sizeBytes: number;
}

/** What the archive has by its paths there; the files themselves have names of our own. */
interface Archive {
  readonly files: ReadonlyMap<string, ExportedFile>;
  readonly links: ReadonlyMap<string, string>;
}

/** `manifest.json`: what an engine that loads the archive reads. */
interface Content {
  readonly Config: string;
  readonly Layers: readonly string[];
}

/** Larger ones are no JSON that belongs to an image. */
const maxJsonBytes = 8 * 2 ** 20;

/**
 * Writes an exported image (the format of `docker save`, with or without an OCI layout in it) into a folder.
 * `onBytes` is told of what has come. Throws an `ArchiveError` when it is none, or breaks off.
 */
export async function readExport(
  source: AsyncIterable<Uint8Array>,
  folder: string,
  onBytes: (bytes: number) => void,
): Promise<ExportedImage> {
  const archive = await unpack(source, folder, onBytes);
  const [image] = (await json<readonly Content[]>(archive, "manifest.json")) ?? [];
  if (image === undefined) throw new ArchiveError("The engine exported no image.");
  const manifest = await ownManifest(archive, image);
  return {
    config: await readFile(fileAt(archive, image.Config).file),
    layers: image.Layers.map((path) => fileAt(archive, path)),
    ...(manifest && { manifest }),
  };
}

async function unpack(
  source: AsyncIterable<Uint8Array>,
  folder: string,
  onBytes: (bytes: number) => void,
): Promise<Archive> {
  const [files, links] = [new Map<string, ExportedFile>(), new Map<string, string>()];
  for await (const entry of readArchive(source)) {
    if (entry.linkTo !== undefined) {
      links.set(entry.path, targetOf(entry.path, entry.linkTo));
      continue;
    }
    const file = join(folder, String(files.size));
    await pipeline(counted(entry.content, onBytes), createWriteStream(file, { mode: 0o600 }));
    files.set(entry.path, { file, sizeBytes: entry.sizeBytes });
  }
  return { files, links };
}

async function* counted(content: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void) {
  for await (const piece of content) {
    onBytes(piece.length);
    yield piece;
  }
}

/** A symbolic link's target is seen from the folder that it lies in. */
function targetOf(path: string, linkTo: NonNullable<ArchiveEntry["linkTo"]>): string {
  return linkTo.symbolic ? posix.join(posix.dirname(path), linkTo.path) : linkTo.path;
}

function fileAt({ files, links }: Archive, path: string): ExportedFile {
  // A layer that two images share stands there once, and a link beside it; no link leads to another one for long.
  let at: string | undefined = path;
  for (let steps = 0; at !== undefined && steps < 8; steps++) {
    const file = files.get(at);
    if (file !== undefined) return file;
    at = links.get(at);
  }
  throw new ArchiveError(`The image's archive has no ${path}.`);
}

async function json<T>(archive: Archive, path: string): Promise<T | undefined> {
  const found = archive.files.get(path);
  if (found === undefined || found.sizeBytes > maxJsonBytes) return undefined;
  return JSON.parse(await readFile(found.file, "utf8")) as T;
}

interface Descriptor {
  readonly digest: string;
}

interface Manifest {
  readonly manifests?: readonly Descriptor[];
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
}

/** The manifest under `index.json`, at most one index deep, that is made of this configuration and these layers. */
async function ownManifest(archive: Archive, image: Content): Promise<Buffer | undefined> {
  const paths = [image.Config, ...image.Layers];
  let level: readonly Descriptor[] = (await json<Manifest>(archive, "index.json"))?.manifests ?? [];
  for (let depth = 0; depth < 2; depth++) {
    const below: Descriptor[] = [];
    for (const { digest } of level) {
      const manifest = await json<Manifest>(archive, blobPath(digest));
      const named = [manifest?.config, ...(manifest?.layers ?? [])].map((each) => each && blobPath(each.digest));
      if (named.length === paths.length && named.every((path, i) => path === paths[i])) {
        return readFile(fileAt(archive, blobPath(digest)).file);
      }
      below.push(...(manifest?.manifests ?? []));
    }
    level = below;
  }
  return undefined;
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}
