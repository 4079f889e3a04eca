import type { EventQuery } from "../language/query.ts";
import { compareKeys, dedupKey, isFirst } from "../language/result-rows.ts";
import type { Row } from "../language/row.ts";
import type { Value } from "../language/values.ts";
import { bytesOf, mostHeldBytes, tooMuchFound } from "./held-bytes.ts";

/** An event among the results, as plain data. */
export interface KeptEvent {
  readonly keys: readonly Value[];
  readonly time: number;
  readonly sequence: number;
  /** The place of its log group in the query. */
  readonly group: number;
  /** Of the results no two have the same. */
  readonly dedup: string | undefined;
  /** The values of what results show. */
  readonly values: readonly Value[];
}

/** As much of an event as it takes to tell what comes behind it. */
export type Bound = Omit<KeptEvent, "dedup" | "values">;

/** Where an event stands. */
export type EventPlace = Pick<KeptEvent, "time" | "sequence" | "group">;

/** The first events of an order, never many more than the query's limit. */
export class TopEvents {
  readonly #query: EventQuery;
  readonly #sign: 1 | -1;
  #events: KeptEvent[] = [];
  /** Nothing behind it can be among the results. */
  #bound: Bound | undefined;
  /** Of those that were added, until they are measured again. */
  #bytes = 0;

  constructor(query: EventQuery, bound?: Bound) {
    this.#query = query;
    this.#sign = query.order[0]?.isDescending === false ? 1 : -1;
    this.#bound = bound;
  }

  /** The last of the results, once there are enough of them. */
  get bound(): Bound | undefined {
    return this.#bound;
  }

  /** The results, in their order. */
  get events(): readonly KeptEvent[] {
    this.#trim();
    return this.#events;
  }

  /** Throws a `QueryTooLarge`. */
  add(row: Row, place: EventPlace): void {
    const keys = this.#query.order.map(({ evaluate }) => evaluate(row));
    if (this.#bound !== undefined && this.#compare({ ...place, keys }, this.#bound) > 0) return;
    const { dedup, visible } = this.#query;
    const key = dedup === undefined ? undefined : dedupKey(dedup.map((field) => row.get(field)));
    const { time, sequence, group } = place;
    const values = visible.map((field) => row.get(field));
    this.#push({ keys, time, sequence, group, dedup: key, values });
    this.#checkBytes(bytesOf(keys) + bytesOf(values));
  }

  /** What functions have made of an event may be much longer than it. */
  #checkBytes(added: number): void {
    this.#bytes += added;
    if (this.#bytes <= mostHeldBytes) return;
    this.#bytes = bytesOf(this.events);
    if (this.#bytes > 0.75 * mostHeldBytes) throw tooMuchFound(mostHeldBytes);
  }

  /** The bound is known at once: what else is scanned may be behind it. */
  merge(events: readonly KeptEvent[]): void {
    for (const event of events) this.#push(event);
    if (this.#events.length >= this.#query.limit) this.#trim();
  }

  #push(event: KeptEvent): void {
    if (this.#events.push(event) >= 2 * this.#query.limit + 1000) this.#trim();
  }

  #trim(): void {
    const { limit, dedup } = this.#query;
    this.#events.sort((a, b) => this.#compare(a, b));
    if (dedup !== undefined) {
      const seen = new Set<string>();
      this.#events = this.#events.filter(({ dedup: key }) => isFirst(seen, key));
    }
    if (this.#events.length < limit) return;
    this.#events.length = limit;
    const { keys, time, sequence, group } = this.#events[limit - 1]!;
    this.#bound = { keys, time, sequence, group };
  }

  /** What the order leaves open follows the time, in the direction of the first key. */
  #compare(a: Bound, b: Bound): number {
    const order = compareKeys(this.#query.order, a.keys, b.keys);
    if (order !== 0) return order;
    return this.#sign * (a.time - b.time || a.sequence - b.sequence || a.group - b.group);
  }
}
