/**
 * The slots that have changed, in order, so that each index can catch up when it is next asked, and none has to be
 * told. What is older than a few times the number of instances is forgotten: an index so far behind starts anew.
 */
export class ChangeLog {
  readonly #entries: number[] = [];
  /** The place of the first entry that is kept. */
  #start = 0;

  /** The place after the last entry. */
  get end(): number {
    return this.#start + this.#entries.length;
  }

  push(slot: number, instanceCount: number): void {
    this.#entries.push(slot);
    if (this.#entries.length <= 4 * instanceCount + 4096) return;
    const half = this.#entries.length >> 1;
    this.#entries.splice(0, half);
    this.#start += half;
  }

  /** Whether everything from this place on is still known. */
  reaches(place: number): boolean {
    return place >= this.#start;
  }

  at(place: number): number {
    return this.#entries[place - this.#start]!;
  }
}
