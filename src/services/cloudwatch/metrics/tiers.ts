/** A resolution that points are kept in, as the documentation of GetMetricData lists them. */
export interface Tier {
  readonly seconds: number;
  readonly keptSeconds: number;
  /** A file of this tier has the points of so long a time. */
  readonly blockSeconds: number;
}

const hour = 3600;
const day = 24 * hour;

/** From the finest to the coarsest. Only metrics of high resolution have points in the first. */
export const tiers: readonly Tier[] = [
  { seconds: 1, keptSeconds: 3 * hour, blockSeconds: hour },
  { seconds: 60, keptSeconds: 15 * day, blockSeconds: 2 * hour },
  { seconds: 300, keptSeconds: 63 * day, blockSeconds: day },
  { seconds: 3600, keptSeconds: 455 * day, blockSeconds: 10 * day },
];

/** After so long without a point a metric is forgotten. */
export const forgottenSeconds = 455 * day;

/**
 * The coarsest tier that gives the periods asked for whole: what it has to read is least. Starts that do not begin with
 * a period need a finer one.
 */
export function tierFor(periodSeconds: number, start: number): Tier {
  return tiers.findLast(({ seconds }) => periodSeconds % seconds === 0 && start % seconds === 0) ?? tiers[0]!;
}
