import { access, constants, mkdir, rm } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { BlobStore } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { ImageScanner, ScanReport } from "#kernel/image-scan.ts";
import { type Random, uuid } from "#kernel/random.ts";
import { writeLayout } from "./layout.ts";
import { type ScanProgram, scanPrograms } from "./programs.ts";
import { run } from "./run.ts";

export interface ScannerOptions {
  readonly blobs: BlobStore;
  /** For images while they are scanned; what an earlier process has left there goes at the first scan. */
  readonly dir: string;
  /** Where programs are looked for (`PATH`), and what of it they are given. */
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly random: Random;
}

const timeoutMs = 900_000;
const maxOutputBytes = 64 * 2 ** 20;

/** What scanners are given of the environment: never the platform's own keys. */
const passedOn = /^(PATH|HOME|USER|LANG|LC_\w+|XDG_\w+|SSL_CERT_\w+|(HTTPS?|NO|ALL)_PROXY|TRIVY_\w+|GRYPE_\w+)$/i;

type Image = Parameters<ImageScanner["scan"]>[0];

/** Scans with whatever of the known programs is installed, one image at a time. */
export class Scanner implements ImageScanner {
  readonly #options: ScannerOptions;
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #isClean = false;

  constructor(options: ScannerOptions) {
    this.#options = options;
  }

  async installed(): Promise<string | undefined> {
    return (await this.#find())?.program.name;
  }

  scan(image: Image): Promise<ScanReport> {
    // Scanners take all of a processor and much memory: one after the other.
    const scanned = this.#last.then(() => this.#scan(image));
    this.#last = scanned.catch(() => {});
    return scanned;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#last;
  }

  async #scan(image: Image): Promise<ScanReport> {
    const { blobs, random, clock } = this.#options;
    if (this.#closing.signal.aborted) throw new DriverError("Aborted", "The platform is being stopped.");
    const found = await this.#find();
    if (found === undefined) throw new DriverError("NotInstalled", "Neither trivy nor grype is installed.");
    const folder = join(await this.#folder(), uuid(random));
    const [layout, scratch] = [join(folder, "image"), join(folder, "tmp")];
    try {
      await attempt(async () => {
        await mkdir(scratch, { recursive: true, mode: 0o700 });
        await mkdir(layout, { mode: 0o700 });
        await writeLayout(blobs, image, layout);
      });
      const output = await run({
        ...{ file: found.path, args: found.program.args(layout), cwd: folder, env: this.#envOf(scratch), clock },
        ...{ timeoutMs, maxOutputBytes, signal: this.#closing.signal },
      });
      return found.program.read(parse(output));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #find(): Promise<{ readonly program: ScanProgram; readonly path: string } | undefined> {
    const folders = (this.#options.env.PATH ?? "").split(delimiter).filter(isAbsolute);
    for (const program of scanPrograms) {
      for (const folder of folders) {
        const path = join(folder, program.name);
        if (await isProgram(path)) return { program, path };
      }
    }
    return undefined;
  }

  async #folder(): Promise<string> {
    const { dir } = this.#options;
    if (!this.#isClean) await rm(dir, { recursive: true, force: true });
    this.#isClean = true;
    return dir;
  }

  #envOf(scratch: string): NodeJS.ProcessEnv {
    const given = Object.entries(this.#options.env).filter(([name]) => passedOn.test(name));
    return { ...Object.fromEntries(given), TMPDIR: scratch };
  }
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us to run.
    return false;
  }
}

function parse(output: Buffer): unknown {
  try {
    return JSON.parse(output.toString("utf8"));
  } catch (cause) {
    throw new DriverError("Failed", "The scanner's answer is not JSON.", { cause });
  }
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof DriverError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const full = code === "ENOSPC" || code === "EDQUOT";
    const message = full
      ? "No space left on the disk for the image to be scanned."
      : `The image is not there (${code}).`;
    throw new DriverError(full ? "NoSpace" : "Failed", message, { cause });
  }
}
