import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What the result depends on beside the file itself. */
const settings = ["biome.json", "package-lock.json"];

/** Which files have passed the lint as they are, kept for the next time: its rules look at one file at a time. */
export class Linted {
  readonly #keptAt: string;
  /** Of the files as they were when this was made: one that changes meanwhile is looked at again the next time. */
  readonly #digests: ReadonlyMap<string, string>;

  /** All paths are relative to the root. */
  constructor(root: string, files: readonly string[], keptAt: string) {
    const read = (file: string) => readFileSync(join(root, file));
    const base = settings.map(read);
    const digestOf = (file: string) => {
      const hash = createHash("sha256");
      for (const bytes of [...base, Buffer.from(`\n${file}\n`), read(file)]) hash.update(bytes);
      return hash.digest("base64");
    };
    this.#digests = new Map(files.map((file) => [file, digestOf(file)]));
    this.#keptAt = join(root, keptAt);
  }

  /** Those that have to be looked at. */
  unknown(): string[] {
    const passed = new Set(readLines(this.#keptAt));
    return [...this.#digests].flatMap(([file, digest]) => (passed.has(digest) ? [] : [file]));
  }

  /** All of them have passed. */
  keep(): void {
    mkdirSync(dirname(this.#keptAt), { recursive: true });
    writeFileSync(this.#keptAt, [...this.#digests.values()].join("\n"));
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return [];
  }
}
