/**
 * How values are spread: counts in buckets that grow by 2 % each, so that a value read back is within 1 % of the one
 * put in (as the sketches of the DDSketch paper have it). Only for values of at least zero.
 */
export interface Sketch {
  /** Ascending. A value is in the bucket `ceil(log(value) / log(growth))`; zero in `zeroBucket`. */
  readonly buckets: readonly number[];
  /** How many values are in each. */
  readonly counts: readonly number[];
}

const growth = 1.02;
const logGrowth = Math.log(growth);
/** Below every other: the smallest positive double is in bucket -37,630. */
const zeroBucket = -40_000;

/** The sketch of so many times one value. */
export function sketchOf(value: number, count: number): Sketch {
  return { buckets: [bucketOf(value)], counts: [count] };
}

export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  const buckets: number[] = [];
  const counts: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.buckets.length || j < b.buckets.length) {
    const left = a.buckets[i] ?? Number.POSITIVE_INFINITY;
    const right = b.buckets[j] ?? Number.POSITIVE_INFINITY;
    buckets.push(Math.min(left, right));
    counts.push((left <= right ? a.counts[i++]! : 0) + (right <= left ? b.counts[j++]! : 0));
  }
  return { buckets, counts };
}

/** The value that stands for a bucket: the middle between its bounds, in relation. */
export function valueOfBucket(bucket: number): number {
  return bucket === zeroBucket ? 0 : (2 * growth ** bucket) / (growth + 1);
}

/** The bucket that a value of at least zero is in. */
export function bucketOf(value: number): number {
  return value === 0 ? zeroBucket : Math.ceil(Math.log(value) / logGrowth) + 0;
}
