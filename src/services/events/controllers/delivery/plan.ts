import type { Entry } from "#kernel/store.ts";
import { isExpired } from "../../delivery/outcome.ts";
import type { DeliveryRecord } from "../../model.ts";

export interface QueuePlan {
  /** Too old to be tried again. */
  readonly expired: readonly Entry<DeliveryRecord>[];
  /** To be tried now, in order. */
  readonly due: readonly Entry<DeliveryRecord>[];
  /** When the next of the others is due; undefined: none is left. */
  readonly nextAt: number | undefined;
}

/** What to do of a queue: first what was made first. */
export function planQueue(waiting: readonly Entry<DeliveryRecord>[], now: number): QueuePlan {
  const inOrder = [...waiting].sort(
    (a, b) => a.createRevision - b.createRevision || a.value.position - b.value.position,
  );
  const {
    expired = [],
    due = [],
    later = [],
  } = Object.groupBy(inOrder, ({ value }) =>
    isExpired(value, now) ? "expired" : (value.nextAttemptAt ?? 0) <= now ? "due" : "later",
  );
  const times = later.map(({ value }) => value.nextAttemptAt!);
  return { expired, due, nextAt: times.length === 0 ? undefined : Math.min(...times) };
}
