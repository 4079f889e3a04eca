/** Tells what each sender says of its intervals for the first time from what comes twice. */
export class TakenIntervals {
  readonly #isGone: (sender: string) => boolean;
  /** By sender: the end of the last interval that was taken, the longest ago first. */
  readonly #ends = new Map<string, number>();

  /** `isGone`: the sender tells nothing more. */
  constructor(isGone: (sender: string) => boolean) {
    this.#isGone = isGone;
  }

  /** Whether an interval that ends at `to` is a new one of the sender, which is taken then. */
  take(sender: string, to: number): boolean {
    if (to <= (this.#ends.get(sender) ?? 0)) return false;
    this.#ends.delete(sender);
    this.#ends.set(sender, to);
    this.#forgetGone();
    return true;
  }

  /** Those that are gone come to be the first ones. */
  #forgetGone(): void {
    for (const sender of this.#ends.keys()) {
      if (!this.#isGone(sender)) return;
      this.#ends.delete(sender);
    }
  }
}
