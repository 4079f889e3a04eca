import type { RecordChange } from "./derivation.ts";
import type { Store } from "./store.ts";

/**
 * The events that a service of AWS sends to EventBridge, by the changes of its records that they tell of. The keys of
 * the records begin with account and region.
 */
export interface EventSource {
  /** `aws.ecs` */
  readonly source: string;
  /** The name of the collection: `ecs/task`. */
  readonly collection: string;
  /**
   * What a change that is made at `now` has to tell; `after` has the records as they are with it. Pure; it is asked
   * only when a rule may want to know.
   */
  readonly toEvents: (change: RecordChange, now: number, after: Pick<Store, "view">) => readonly SourcedEvent[];
}

export interface SourcedEvent {
  readonly detailType: string;
  readonly resources: readonly string[];
  /** Plain data; what is undefined is left out. */
  readonly detail: object;
}
