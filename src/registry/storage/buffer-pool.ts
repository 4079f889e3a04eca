/** Buffers that are kept for the next transfers: those of a large push or pull. */
const mostKept = 8;

/**
 * Buffers that transfers use one after the other. New memory for each would have to be cleared by the system, and would
 * stay until the garbage collector sees a reason to run.
 */
export class BufferPool {
  /** The size of each. */
  readonly bytes: number;
  readonly #free: Buffer[] = [];

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.bytes);
  }

  /** Only what nobody reads or writes any more. */
  give(...buffers: readonly Buffer[]): void {
    this.#free.push(...buffers.slice(0, mostKept - this.#free.length));
  }
}
