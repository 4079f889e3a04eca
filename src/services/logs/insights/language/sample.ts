/**
 * Many numbers in little room, for percentiles: all of them while they are few, else how many there are in each of many
 * narrow ranges. Plain data. A percentile is then off by 0.5 % at most.
 */
export interface Sample {
  /** All numbers, while they are few. */
  values: number[];
  /** Range -> how many numbers are in it, once they are many. */
  ranges: Map<number, number> | undefined;
}

const mostValues = 1000;
const growth = Math.log(1.01);
/** The range of zero; those of negative numbers are below it. */
const zero = 0;
/** Puts the ranges of all positive numbers above zero: the least has an exponent of -1075. */
const shift = Math.ceil((1080 * Math.LN2) / growth);

export function emptySample(): Sample {
  return { values: [], ranges: undefined };
}

export function addToSample(sample: Sample, value: number): Sample {
  if (sample.ranges !== undefined) count(sample.ranges, rangeOf(value), 1);
  else sample.values.push(value);
  if (sample.values.length > mostValues) spread(sample);
  return sample;
}

/** Both in one, which may be the first of them. */
export function mergeSamples(a: Sample, b: Sample): Sample {
  const isFew = a.ranges === undefined && b.ranges === undefined && a.values.length + b.values.length <= mostValues;
  if (isFew) return { values: [...a.values, ...b.values], ranges: undefined };
  spread(a);
  spread(b);
  for (const [range, number] of b.ranges!) count(a.ranges!, range, number);
  return a;
}

/** The least number that so large a part of all (0 to 1) does not exceed; undefined when there is none. */
export function quantileOf(sample: Sample, part: number): number | undefined {
  const place = (total: number) => Math.max(1, Math.ceil(part * total - 1e-9));
  if (sample.ranges === undefined) return sample.values.toSorted((a, b) => a - b)[place(sample.values.length) - 1];
  const ranges = [...sample.ranges].toSorted(([a], [b]) => a - b);
  let left = place(ranges.reduce((sum, [, number]) => sum + number, 0));
  for (const [range, number] of ranges) {
    left -= number;
    if (left <= 0) return middleOf(range);
  }
  return undefined;
}

function spread(sample: Sample): void {
  sample.ranges ??= new Map();
  for (const value of sample.values) count(sample.ranges, rangeOf(value), 1);
  sample.values = [];
}

function count(ranges: Map<number, number>, range: number, number: number): void {
  ranges.set(range, (ranges.get(range) ?? 0) + number);
}

function rangeOf(value: number): number {
  if (value === 0) return zero;
  return Math.sign(value) * (Math.ceil(Math.log(Math.abs(value)) / growth) + shift);
}

function middleOf(range: number): number {
  if (range === zero) return 0;
  const upper = (Math.abs(range) - shift) * growth;
  return Math.sign(range) * Math.exp(upper - growth / 2);
}
