import { ConflictError } from "./fault.ts";

/** Runs work, again from its start each time that something it had read changed before its commit; at most so often. */
export async function rerun<T>(work: () => Promise<T>, mostRuns = Number.POSITIVE_INFINITY): Promise<T> {
  for (let run = 1; ; run++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConflictError) || run === mostRuns) throw error;
    }
  }
}
