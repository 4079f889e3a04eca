import { open, opendir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { type BlobInfo, digestAlgorithm } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { attempt, unlessAbsent } from "./attempt.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { type Layout, makeFolder, syncFolder } from "./layout.ts";
import { readContent } from "./read-content.ts";

/** Whole blobs as files. One that was set aside comes back when it is asked for (`collect.ts` says why). */
export class Blobs {
  readonly #layout: Layout;
  readonly #clock: Clock;
  readonly #pool: BufferPool;

  constructor(layout: Layout, clock: Clock, pool: BufferPool) {
    this.#layout = layout;
    this.#clock = clock;
    this.#pool = pool;
  }

  stat(digest: string): Promise<BlobInfo | undefined> {
    return this.#orRestored(digest, async (path) => ({ digest, sizeBytes: (await stat(path)).size }));
  }

  touch(digest: string): Promise<BlobInfo | undefined> {
    return this.#orRestored(digest, async (path) => {
      await this.#stamp(path);
      return { digest, sizeBytes: (await stat(path)).size };
    });
  }

  async read(
    digest: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<AsyncGenerator<Uint8Array>> {
    const handle = await this.#orRestored(digest, (path) => open(path, "r"));
    if (handle === undefined) throw unknownBlob(digest);
    return readContent(handle, this.#pool, range);
  }

  async readWhole(digest: string, limitBytes: number): Promise<Buffer> {
    const info = await this.stat(digest);
    if (info === undefined) throw unknownBlob(digest);
    if (info.sizeBytes > limitBytes) throw new DriverError("TooLarge", `${digest} has more than ${limitBytes} bytes.`);
    const content = await this.#orRestored(digest, (path) => readFile(path));
    if (content === undefined) throw unknownBlob(digest);
    return content;
  }

  /** Makes a file, whole and synced, the blob `digest`; its name is durable when it resolves. */
  place(file: string, digest: string): Promise<void> {
    return attempt(async () => {
      const path = this.#layout.blob(digest);
      await makeFolder(dirname(path));
      await this.#stamp(file);
      await rename(file, path);
      await syncFolder(dirname(path));
    });
  }

  /** Puts a blob aside, from now on. */
  setAside(digest: string): Promise<boolean> {
    return attempt(async () => {
      const path = this.#layout.blob(digest);
      const moved = async () => {
        await this.#stamp(path);
        await rename(path, this.#layout.asideOf(digest));
        return true;
      };
      await makeFolder(this.#layout.aside);
      return unlessAbsent(moved(), false);
    });
  }

  /** Takes a blob back that had been set aside; false when it was not. */
  restore(digest: string): Promise<boolean> {
    return attempt(async () => {
      const path = this.#layout.blob(digest);
      await makeFolder(dirname(path));
      return unlessAbsent(
        rename(this.#layout.asideOf(digest), path).then(() => true),
        false,
      );
    });
  }

  /** Removes a blob that had been set aside. Resolves with its size. */
  async removeAside(digest: string): Promise<number> {
    return attempt(async () => {
      const path = this.#layout.asideOf(digest);
      const info = await unlessAbsent(stat(path), undefined);
      await rm(path, { force: true });
      return info?.size ?? 0;
    });
  }

  /** The blobs, or those set aside, that were last asked for before `before`. */
  async *olderThan(before: number, where: "blobs" | "aside"): AsyncGenerator<string> {
    const folder = await unlessAbsent(opendir(this.#layout[where], { recursive: where === "blobs" }), undefined);
    if (folder === undefined) return;
    for await (const entry of folder) {
      if (!entry.isFile()) continue;
      const path = `${entry.parentPath}/${entry.name}`;
      const digest = where === "aside" ? entry.name.replace("-", ":") : digestOfPath(path);
      const info = await unlessAbsent(stat(path), undefined);
      if (info !== undefined && info.mtimeMs < before && digestAlgorithm(digest) !== undefined) yield digest;
    }
  }

  async #orRestored<T>(digest: string, work: (path: string) => Promise<T>): Promise<T | undefined> {
    return attempt(async () => {
      const path = this.#layout.blob(digest);
      const found = await unlessAbsent(work(path), undefined);
      if (found !== undefined || !(await this.#isAside(digest))) return found;
      // Whether this or another caller brings it back: then it is there, unless it has been removed for good.
      await this.restore(digest);
      return unlessAbsent(work(path), undefined);
    });
  }

  async #isAside(digest: string): Promise<boolean> {
    return (await unlessAbsent(stat(this.#layout.asideOf(digest)), undefined)) !== undefined;
  }

  async #stamp(path: string): Promise<void> {
    const seconds = this.#clock.now() / 1000;
    await utimes(path, seconds, seconds);
  }
}

function digestOfPath(path: string): string {
  return `${basename(dirname(dirname(path)))}:${basename(path)}`;
}

function unknownBlob(digest: string): DriverError {
  return new DriverError("NotFound", `There is no blob ${digest}.`);
}
