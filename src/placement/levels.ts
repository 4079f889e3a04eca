/**
 * Items (small numbers) by a level each: whose level is lowest comes first, among equals the one that was put last. An
 * item whose level has changed is put again; what is left of it at its old level is skipped when it is met.
 */
export class Levels {
  /** By item: its level plus one; 0 when it is not listed. */
  #at = new Int32Array(16);
  /** Levels that have entries, lowest first. */
  readonly #shelves: { readonly level: number; items: number[] }[] = [];
  #listed = 0;
  #entries = 0;

  /** How many items are listed. */
  get size(): number {
    return this.#listed;
  }

  put(item: number, level: number): void {
    if (item >= this.#at.length) this.#grow(item);
    if (this.#at[item] === level + 1) return;
    if (this.#at[item] === 0) this.#listed++;
    this.#at[item] = level + 1;
    this.#shelf(level).push(item);
    if (++this.#entries > 2 * this.#listed + 64) this.#tidy();
  }

  /** The item is not to be found until it is put again. */
  drop(item: number): void {
    if (!this.has(item)) return;
    this.#at[item] = 0;
    this.#listed--;
  }

  has(item: number): boolean {
    return item < this.#at.length && this.#at[item] !== 0;
  }

  /** The first item, or -1. */
  lowest(): number {
    for (let shelf = this.#shelves[0]; shelf !== undefined; shelf = this.#shelves[0]) {
      for (let item = shelf.items.at(-1); item !== undefined; item = shelf.items.at(-1)) {
        if (this.#at[item] === shelf.level + 1) return item;
        shelf.items.pop();
        this.#entries--;
      }
      this.#shelves.shift();
    }
    return -1;
  }

  /**
   * Items of the lowest level that has one that is wanted, up to `limit` or until `look` says "enough". Those that are
   * not wanted are dropped.
   */
  lowestFew(limit: number, look: (item: number) => "wanted" | "unwanted" | "enough"): number[] {
    for (let first = this.lowest(); first >= 0; first = this.lowest()) {
      const { level, items } = this.#shelves[0]!;
      const few: number[] = [];
      for (let i = items.length - 1; i >= 0 && few.length < limit; i--) {
        const item = items[i]!;
        if (this.#at[item] !== level + 1) continue;
        const verdict = look(item);
        if (verdict === "unwanted") this.drop(item);
        else few.push(item);
        if (verdict === "enough") break;
      }
      if (few.length > 0) return few;
    }
    return [];
  }

  #shelf(level: number): number[] {
    let at = 0;
    while (at < this.#shelves.length && this.#shelves[at]!.level < level) at++;
    if (this.#shelves[at]?.level !== level) this.#shelves.splice(at, 0, { level, items: [] });
    return this.#shelves[at]!.items;
  }

  #tidy(): void {
    const seen = new Set<number>();
    this.#entries = 0;
    for (const shelf of this.#shelves) {
      shelf.items = shelf.items.filter((item) => {
        if (this.#at[item] !== shelf.level + 1 || seen.has(item)) return false;
        seen.add(item);
        return true;
      });
      this.#entries += shelf.items.length;
    }
  }

  #grow(item: number): void {
    const wider = new Int32Array(Math.max(item + 1, 2 * this.#at.length));
    wider.set(this.#at);
    this.#at = wider;
  }
}
