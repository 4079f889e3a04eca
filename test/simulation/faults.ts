import { DriverError } from "#kernel/fault.ts";
import type { Random } from "#kernel/random.ts";

/** How likely each fault is at each chance for it (0 to 1), and how long delays are at most. */
export interface Faults {
  /** The process dies before a group of commits is durable: it is lost. */
  readonly killBeforeWrite: number;
  /** The process dies when the group is durable and nobody has been told. */
  readonly killAfterWrite: number;
  /** The process dies just after the group was acknowledged. */
  readonly killAfterAck: number;
  /** For how long the process stays away. */
  readonly downMs: number;
  /** The disk is full: a group is refused and nothing of it written. */
  readonly noSpace: number;
  /** What is written takes a while to be durable: later commits gather meanwhile, and the process may die. */
  readonly slowSync: number;
  readonly syncDelayMs: number;
  readonly delayCommit: number;
  readonly commitDelayMs: number;
  /** Messages between control plane and agents (`lossyLink`). */
  readonly loseMessage: number;
  readonly doubleMessage: number;
  readonly messageDelayMs: number;
}

export const noFaults: Faults = {
  killBeforeWrite: 0,
  killAfterWrite: 0,
  killAfterAck: 0,
  downMs: 0,
  noSpace: 0,
  slowSync: 0,
  syncDelayMs: 0,
  delayCommit: 0,
  commitDelayMs: 0,
  loseMessage: 0,
  doubleMessage: 0,
  messageDelayMs: 0,
};

/** A mix of faults of its own for each seed; about half of the kinds are left out, so that others get further. */
export function drawFaults(random: Random): Faults {
  const rate = (most: number) => (random.float() < 0.5 ? 0 : most * random.float());
  return {
    killBeforeWrite: rate(0.05),
    killAfterWrite: rate(0.05),
    killAfterAck: rate(0.05),
    downMs: 30_000 * random.float(),
    noSpace: rate(0.1),
    slowSync: rate(0.5),
    syncDelayMs: 500 * random.float(),
    delayCommit: rate(0.3),
    commitDelayMs: 2000 * random.float(),
    loseMessage: rate(0.2),
    doubleMessage: rate(0.2),
    messageDelayMs: 1000 * random.float(),
  };
}

/** Whether a fault of this probability happens now. Certain answers draw no randomness. */
export function happens(random: Random, probability: number): boolean {
  return probability > 0 && random.float() < probability;
}

export function diskFull(): DriverError {
  return new DriverError("NoSpace", "The disk of the data folder is full.", { retryable: true });
}
