import { readFile, writeFile } from "node:fs/promises";

/** Which models the committed code was generated from. */
export interface Lock {
  readonly package: string;
  readonly version: string;
  /** File below botocore's data folder -> SHA-256 in hexadecimal. */
  readonly files: Readonly<Record<string, string>>;
}

const path = new URL("./models.lock.json", import.meta.url);

export async function readLock(): Promise<Lock> {
  return JSON.parse(await readFile(path, "utf8")) as Lock;
}

export async function writeLock(version: string, files: Readonly<Record<string, string>>): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  const lock: Lock = { package: "python3-botocore", version, files: sorted };
  await writeFile(path, `${JSON.stringify(lock, undefined, 2)}\n`);
}
