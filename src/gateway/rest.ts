/** Lets requests rest: those that come are kept waiting, and those that run are awaited. */
export class Rest {
  #running = 0;
  #held: PromiseWithResolvers<void> | undefined;
  #drained: PromiseWithResolvers<void> | undefined;

  /** Does the work, now or when requests rest no longer. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.#held !== undefined) await this.#held.promise;
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      if (this.#running === 0) this.#drained?.resolve();
    }
  }

  /** Resolves when nothing runs any more, with what ends the rest. One rest comes after another. */
  async hold(): Promise<() => void> {
    while (this.#held !== undefined) await this.#held.promise;
    const held = Promise.withResolvers<void>();
    this.#held = held;
    if (this.#running > 0) {
      this.#drained = Promise.withResolvers<void>();
      await this.#drained.promise;
      this.#drained = undefined;
    }
    return () => {
      this.#held = undefined;
      held.resolve();
    };
  }
}
