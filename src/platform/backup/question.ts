import { Fault } from "#kernel/fault.ts";
import type { Inquiry } from "#services/ecs/index.ts";
import { archiveOf } from "./archive.ts";
import { type SnapshotParts, takeSnapshot } from "./snapshot.ts";

export interface BackupParts extends SnapshotParts {
  /** The account whose root user it is for. */
  readonly account: string;
}

/**
 * `POST /_estiva/backup`: the data folder as a tar archive, while the platform runs. It has the records of all accounts
 * and the root's access key: only who has that key may ask.
 */
export function backupQuestion({ account, ...parts }: BackupParts): Inquiry<object> {
  return {
    service: "ecs",
    recordedAs: "BackUpPlatform",
    parse: readQuestion,
    needs: () => [],
    async answer(_question, { caller }) {
      if (caller.type !== "Root" || caller.account !== account || caller.session !== undefined) {
        const message = `Only the root user of account ${account}, with its access key, can back up the platform.`;
        throw new Fault("AccessDeniedException", message);
      }
      const { folder, remove } = await takeSnapshot(parts);
      return followedBy(archiveOf(folder), remove);
    },
  };
}

function readQuestion(body: unknown): object {
  if (typeof body === "object" && body !== null && Object.keys(body).length === 0) return body;
  throw new Fault("InvalidParameterException", "The body must be an empty JSON object.");
}

/** The items of the generator; then `end` runs, also when they were not read to the last, or not at all. */
function followedBy<T>(items: AsyncGenerator<T>, end: () => Promise<void>): AsyncIterable<T> {
  const endingWith = async (work: Promise<IteratorResult<T>>): Promise<IteratorResult<T>> => {
    try {
      const result = await work;
      if (result.done) await end();
      return result;
    } catch (error) {
      await end();
      throw error;
    }
  };
  const iterator = { next: () => endingWith(items.next()), return: () => endingWith(items.return(undefined)) };
  return { [Symbol.asyncIterator]: () => iterator };
}
