import { copyFile, link, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { DriverError } from "#kernel/fault.ts";
import { unlessAbsent } from "#registry/storage/attempt.ts";

const mostAttempts = 100;
const halfDone = /\.(new|tmp)$/;

/**
 * Gives all files of a folder, and of those below it, a second name under `to`: there they stay when they are removed
 * or replaced, and nothing is copied. Names that are there already are given to what has them now. A folder out of
 * which a file goes meanwhile is listed again, so that what took its place is there, too. What is no file or folder is
 * left out, and so is what is still being written, under another name.
 */
export async function linkTree(from: string, to: string): Promise<void> {
  for (const folder of await linkFolder(from, to)) await linkTree(join(from, folder), join(to, folder));
}

/** The files of one folder; resolves with the folders in it. One that is not there has none. */
async function linkFolder(from: string, to: string): Promise<readonly string[]> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const entries = await unlessAbsent(readdir(from, { withFileTypes: true }), undefined);
    if (entries === undefined) return [];
    await mkdir(to, { recursive: true, mode: 0o700 });
    let whole = true;
    for (const entry of entries) {
      if (halfDone.test(entry.name)) continue;
      if (entry.isFile() && !(await linkFile(join(from, entry.name), join(to, entry.name)))) whole = false;
    }
    if (whole) return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }
  throw new DriverError("Failed", `${from} changes faster than it can be copied.`, { retryable: true });
}

/** Resolves with false when there is no such file. */
export async function linkFile(from: string, to: string): Promise<boolean> {
  await rm(to, { force: true });
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return false;
    if (!withoutLinks.has(code)) throw error;
  }
  return unlessAbsent(
    copyFile(from, to).then(() => true),
    false,
  );
}

/** What file systems say that have no second names for files, or no more of them. */
const withoutLinks: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "EMLINK", "ENOSYS"]);
