import type { Random } from "#kernel/random.ts";

/**
 * A load over time, in tasks' worth of CPU: 2.5 keeps two and a half tasks busy. `minute` counts from the start of the
 * simulation. Undefined: nobody measures anything then.
 */
export interface Curve {
  readonly minutes: number;
  readonly load: (minute: number) => number;
  readonly isMeasured?: (minute: number) => boolean;
  /** Share of the measured value by which single values are off. */
  readonly noise?: number;
}

const between = (random: Random, low: number, high: number) => low + random.float() * (high - low);

/** From little to much at `at`, for good. */
export function step(random: Random): Curve & { readonly at: number } {
  const [low, high] = [between(random, 0.2, 1), between(random, 2, 8)];
  const at = 60 + Math.floor(random.float() * 600) / 10;
  return { minutes: 300, at, load: (minute) => (minute < at ? low : high) };
}

/** Slowly up within an hour and a half, and down again as slowly. */
export function ramp(random: Random): Curve {
  const high = between(random, 3, 8);
  const shape = (minute: number) => (minute < 90 ? minute / 90 : Math.max(0, (180 - minute) / 90));
  return { minutes: 330, load: (minute) => 0.3 + (high - 0.3) * shape(minute) };
}

/** Two days of a few hours each. */
export function sine(random: Random): Curve & { readonly period: number } {
  const [mean, swing] = [between(random, 2, 4), between(random, 1, 1.8)];
  const period = Math.floor(between(random, 180, 300));
  return { minutes: 2 * period, period, load: (minute) => mean + swing * Math.sin((2 * Math.PI * minute) / period) };
}

/** The same load on the whole, that nobody measures twice the same. */
export function noise(random: Random): Curve {
  const load = between(random, 1, 6);
  return { minutes: 360, load: () => load, noise: between(random, 0.05, 0.15) };
}

/** Much, then little, of which the first minutes are measured; then nothing is; then little that is. */
export function outage(random: Random): Curve & { readonly from: number; readonly until: number } {
  const [high, low] = [between(random, 3, 6), between(random, 0.3, 1)];
  const [from, until] = [90, 90 + Math.floor(between(random, 30, 120))];
  const lull = from - Math.floor(between(random, 2, 8));
  const isMeasured = (minute: number) => minute < from || minute >= until;
  return { minutes: until + 90, from, until, isMeasured, load: (minute) => (minute < lull ? high : low) };
}
