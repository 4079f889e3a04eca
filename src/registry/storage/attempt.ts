import { DriverError } from "#kernel/fault.ts";

/**
 * What kept file system work from being done: `NoSpace` (the disk is full), `NoAccess` (files of another user, or a
 * read-only file system) or `Failed`; any other error as it is.
 */
export function diskError(cause: unknown, words: { readonly full: string; readonly failed: string }): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (cause instanceof DriverError || code === undefined) return cause;
  const full = code === "ENOSPC" || code === "EDQUOT";
  const reason = full ? "NoSpace" : noAccess.has(code) ? "NoAccess" : "Failed";
  return new DriverError(reason, full ? words.full : words.failed, { retryable: full, cause });
}

const noAccess: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS"]);

/** Runs file system work; its errors become `DriverError`s: `NoSpace` (the disk is full), `NotFound`, else `Failed`. */
export async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // A file that went away between two steps: whoever removed it was right.
    if (code === "ENOENT") throw new DriverError("NotFound", "There is no such blob or upload.", { cause });
    const full = "No space left on the disk that holds the images.";
    throw diskError(cause, { full, failed: `The storage of images failed (${code}).` });
  }
}

/** The value, or `otherwise` when the file or folder is not there. */
export async function unlessAbsent<T, U>(promise: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return otherwise;
    throw error;
  }
}
