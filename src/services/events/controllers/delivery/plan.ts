import type { Entry } from "#kernel/store.ts";
import { isExpired } from "../../delivery/outcome.ts";
import type { DeliveryRecord } from "../../model.ts";

type Waiting = Entry<DeliveryRecord>;

export interface QueuePlan {
  /** Too old to be tried again. */
  readonly expired: readonly Waiting[];
  /** To be tried now, what was made first before the others; no more than was asked for. */
  readonly due: readonly Waiting[];
  /** When the next of the others is due; undefined: none is left. */
  readonly nextAt: number | undefined;
}

/**
 * What to do of a queue. It is asked for each event that comes while an endpoint is away, which may be for a day: no
 * more is put in order than goes out now.
 */
export function planQueue(waiting: readonly Waiting[], now: number, most: number): QueuePlan {
  const expired: Waiting[] = [];
  const due: Waiting[] = [];
  let nextAt: number | undefined;
  for (const entry of waiting) {
    const { nextAttemptAt = 0 } = entry.value;
    if (isExpired(entry.value, now)) expired.push(entry);
    else if (nextAttemptAt > now) nextAt = Math.min(nextAttemptAt, nextAt ?? nextAttemptAt);
    else putInOrder(due, entry, most);
  }
  return { expired, due, nextAt };
}

/** Keeps the first ones alone. */
function putInOrder(first: Waiting[], entry: Waiting, most: number): void {
  if (first.length === most && isBefore(first.at(-1)!, entry)) return;
  let [from, to] = [0, first.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isBefore(first[middle]!, entry)) from = middle + 1;
    else to = middle;
  }
  first.splice(from, 0, entry);
  if (first.length > most) first.pop();
}

function isBefore(a: Waiting, b: Waiting): boolean {
  return (a.createRevision - b.createRevision || a.value.position - b.value.position) < 0;
}
