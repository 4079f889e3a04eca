import { DriverError } from "#kernel/fault.ts";

/** Runs file system work; its errors become `DriverError`s: `NoSpace` (the disk is full), `NotFound`, else `Failed`. */
export async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (cause instanceof DriverError || code === undefined) throw cause;
    // A file that went away between two steps: whoever removed it was right.
    if (code === "ENOENT") throw new DriverError("NotFound", "There is no such blob or upload.", { cause });
    const full = code === "ENOSPC" || code === "EDQUOT";
    const message = full
      ? "No space left on the disk that holds the images."
      : `The storage of images failed (${code}).`;
    throw new DriverError(full ? "NoSpace" : "Failed", message, { retryable: full, cause });
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
