import { QueryTooLarge } from "./query-too-large.ts";
import { addToSample, emptySample, mergeSamples, quantileOf, type Sample } from "./sample.ts";
import { compareInOrder, toNumber, toText, type Value } from "./values.ts";

/** The time and the place of an event, for what depends on its order. */
export interface EventTime {
  readonly time: number;
  readonly sequence: number;
}

/**
 * A function of `stats`. What it knows (`State`) is plain data, so that other threads can gather parts of it; parts are
 * merged in any order.
 */
export interface Aggregate<State = unknown> {
  readonly empty: () => State;
  /** With a value: events in which the argument has none are passed over. */
  readonly add: (state: State, value: Exclude<Value, undefined>, at: EventTime) => State;
  readonly merge: (a: State, b: State) => State;
  readonly result: (state: State) => Value;
}

/** Types the parts of an aggregate by one another. */
function aggregate<State>(parts: Aggregate<State>): Aggregate {
  return parts as Aggregate;
}

/** Only values that read as numbers count. */
function numeric<State>(parts: {
  readonly empty: () => State;
  readonly add: (state: State, number: number) => State;
  readonly merge: (a: State, b: State) => State;
  readonly result: (state: State) => Value;
}): Aggregate {
  const add = (state: State, value: Value) => {
    const number = toNumber(value);
    return number === undefined ? state : parts.add(state, number);
  };
  return aggregate<State>({ ...parts, add });
}

interface Mean {
  readonly count: number;
  readonly sum: number;
}

const emptyMean: Mean = { count: 0, sum: 0 };
const mean = {
  empty: () => emptyMean,
  add: ({ count, sum }: Mean, number: number): Mean => ({ count: count + 1, sum: sum + number }),
  merge: (a: Mean, b: Mean): Mean => ({ count: a.count + b.count, sum: a.sum + b.sum }),
};

interface Spread {
  readonly count: number;
  readonly mean: number;
  /** The sum of the squared distances from the mean. */
  readonly squares: number;
}

/** The standard deviation of all values, gathered as Welford does, so that large values lose nothing. */
const spread = {
  empty: (): Spread => ({ count: 0, mean: 0, squares: 0 }),
  add: (state: Spread, number: number): Spread => spread.merge(state, { count: 1, mean: number, squares: 0 }),
  merge: (a: Spread, b: Spread): Spread => {
    const count = a.count + b.count;
    if (count === 0) return a;
    const distance = b.mean - a.mean;
    const squares = a.squares + b.squares + (distance * distance * a.count * b.count) / count;
    return { count, mean: a.mean + (distance * b.count) / count, squares };
  },
  result: ({ count, squares }: Spread): Value => (count === 0 ? undefined : Math.sqrt(squares / count)),
};

interface Kept {
  readonly value: Value;
  readonly at: EventTime;
}

/** The value of the first event in time, or with -1 of the last. */
function atEnd(sign: 1 | -1): Aggregate {
  const better = (a: Kept | undefined, b: Kept | undefined) => {
    if (a === undefined || b === undefined) return a ?? b;
    return sign * (a.at.time - b.at.time || a.at.sequence - b.at.sequence) <= 0 ? a : b;
  };
  return aggregate<Kept | undefined>({
    empty: () => undefined,
    add: (state, value, at) => better(state, { value, at }),
    merge: better,
    result: (state) => state?.value,
  });
}

/** The least value by `order`, or with -1 the greatest. */
function extreme(sign: 1 | -1, order: (a: Value, b: Value) => number): Aggregate {
  const better = (a: Value, b: Value) => {
    if (a === undefined || b === undefined) return a ?? b;
    return sign * order(a, b) <= 0 ? a : b;
  };
  return aggregate<Value>({ empty: () => undefined, add: better, merge: better, result: (value) => value });
}

/** Numbers before texts: `max(field)` of a field that is a number in most events is a number. */
function numbersFirst(sign: 1 | -1): Aggregate {
  const order = (a: Value, b: Value) => {
    const isText = (value: Value) => (toNumber(value) === undefined ? sign : 0);
    return isText(a) - isText(b) || compareInOrder(a, b);
  };
  const result = (value: Value) => (value instanceof Date ? value.getTime() : value);
  return { ...extreme(sign, order), result: (state) => result(state as Value) };
}

const mostDistinct = 2_000_000;

const distinct = aggregate<Set<string>>({
  empty: () => new Set(),
  add: (state, value) => bounded(state.add(toText(value)!)),
  merge(a, b) {
    for (const text of b) a.add(text);
    return bounded(a);
  },
  result: (state) => state.size,
});

function bounded(texts: Set<string>): Set<string> {
  if (texts.size <= mostDistinct) return texts;
  throw new QueryTooLarge(`count_distinct met more than ${mostDistinct} values.`);
}

/** `pct(field, 99)`. */
export function percentile(percent: number): Aggregate {
  return numeric<Sample>({
    empty: emptySample,
    add: addToSample,
    merge: mergeSamples,
    result: (sample) => quantileOf(sample, percent / 100),
  });
}

/** By their names in lower case ("stats"); `pct` is made by `percentile`. */
export const aggregates: ReadonlyMap<string, Aggregate> = new Map(
  Object.entries({
    count: aggregate<number>({
      empty: () => 0,
      add: (count) => count + 1,
      merge: (a, b) => a + b,
      result: (count) => count,
    }),
    count_distinct: distinct,
    sum: numeric({ ...mean, result: ({ count, sum }: Mean) => (count === 0 ? undefined : sum) }),
    avg: numeric({ ...mean, result: ({ count, sum }: Mean) => (count === 0 ? undefined : sum / count) }),
    min: numbersFirst(1),
    max: numbersFirst(-1),
    median: percentile(50),
    stddev: numeric(spread),
    earliest: atEnd(1),
    latest: atEnd(-1),
    sortsfirst: extreme(1, compareInOrder),
    sortslast: extreme(-1, compareInOrder),
  }),
);

/** Whether a function is one of `stats`. */
export function isAggregate(name: string): boolean {
  return aggregates.has(name) || percentileNames.includes(name);
}

export const percentileNames: readonly string[] = ["pct", "percentile"];
