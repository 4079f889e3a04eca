import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";
import type { Collection, Entry, Store } from "./store.ts";

/**
 * Brings what is nearer to what is wanted, one key at a time. It is given a key, never an event: it reads, plans and
 * makes one commit. A conflict, and any other error, is queued again with a growing delay.
 */
export interface Controller {
  /** `ecs.task`: also the component under which its commits are checked. */
  readonly name: string;
  /** What makes which key due. */
  readonly watches: readonly ControllerWatch[];
  /**
   * What beyond the store makes keys due: calls `due` with a key and in how many milliseconds at the latest. Returns
   * what ends it.
   */
  readonly wakes?: (due: (key: string, withinMs: number) => void, store: Store) => () => void;
  /** Whether tasks come of it: it rests while all tasks are being stopped, or there would be no end. */
  readonly startsTasks?: boolean;
  reconcile(key: string, ctx: ControllerContext): Promise<Reconciled>;
}

export interface ControllerWatch {
  // biome-ignore lint/suspicious/noExplicitAny: collections of every record type stand in one list; `watch` types each.
  readonly collection: Collection<any, any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly keys: (entry: Entry<any>, store: Store) => readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly concerns?: Concerns<any>;
}

/** Whether a change matters: it is given the record before and after, undefined where there was or is none. */
export type Concerns<T> = (before: T | undefined, after: T | undefined) => boolean;

/**
 * Types a watch by its collection. `keys` is asked for the record before and after each change that `concerns` lets
 * through (every one without it); with the views of the store it finds whom the record concerns.
 */
export function watch<T, I extends string>(
  collection: Collection<T, I>,
  keys: (entry: Entry<T>, store: Store) => readonly string[],
  concerns?: Concerns<T>,
): ControllerWatch {
  return { collection, keys, ...(concerns && { concerns }) };
}

/** Nothing more to do until something changes, or a time (milliseconds since the epoch) at which to look again. */
// biome-ignore lint/suspicious/noConfusingVoidType: a reconcile that has nothing to say returns nothing.
export type Reconciled = void | { readonly lookAgainAt: number };

export interface ControllerContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Structured log lines. Never a secret in `fields`. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
/** By name. Those that every line has are no names of others. */
export interface LogFields {
  readonly [name: string]: unknown;
  readonly time?: never;
  readonly level?: never;
  readonly message?: never;
}

/** A log that writes nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
