import { type Collection, type Key, keyOf } from "#kernel/store.ts";

/** When an image was last pulled, as far as that is recorded; a record of its own, so that pulls fence nothing. */
export interface PullTimeRecord {
  readonly repositoryId: string;
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly pulledAt: number;
}

/** A pull within this time of the recorded one is not recorded: ECR itself promises no more than once in 24 hours. */
export const pullTimeStepMs = 3_600_000;

export const pullTimes: Collection<PullTimeRecord, "repository"> = {
  name: "ecr/pull-time",
  indexes: { repository: ({ repositoryId }) => repositoryId },
};

export function pullTimeKey(repositoryId: string, digest: string): Key<PullTimeRecord> {
  return keyOf(pullTimes, repositoryId, digest);
}
