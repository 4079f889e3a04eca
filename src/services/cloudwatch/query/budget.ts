/**
 * How many data points a call may still work on. What it takes depends on the range, the periods and the expressions,
 * which callers choose: without a bound one call would take all memory, or all time.
 */
export class Budget {
  #left: number;

  constructor(points: number) {
    this.#left = points;
  }

  /** Whether so many data points more are within it. */
  take(points: number): boolean {
    this.#left -= points;
    return this.#left >= 0;
  }
}
