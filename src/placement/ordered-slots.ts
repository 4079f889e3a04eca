/** The end of a branch. Nodes are slots plus one. */
const none = 0;

/*
 * A node's numbers lie together, as a walk through a tree of thousands otherwise waits for memory at each step: three
 * of 64 bits (key, other, most) and three of 32 (left, right, size), in 40 bytes.
 */
const doubles = 5;
const ints = 10;
const [key, other, most] = [0, 1, 2] as const;
const [left, right, size] = [6, 7, 8] as const;

/**
 * Slots in the order of a key, each with a second number, as several trees (one a root) over the same memory. Finds the
 * first slot that has enough of both numbers, and the one at a place in the order, in the logarithm of their number: a
 * treap in which each node knows the most that there is of the second number below it. Priorities come from the slots,
 * so that the same slots make the same tree. A tree without slots has the root 0.
 */
export class OrderedSlots {
  #numbers = new Float64Array(doubles);
  #links = new Int32Array(this.#numbers.buffer);
  #capacity = 0;
  /** The nodes that a removal comes through. */
  readonly #path: number[] = [];
  /** Both sides of the last split. */
  #before = none;
  #after = none;

  get capacity(): number {
    return this.#capacity;
  }

  resize(capacity: number): void {
    const numbers = new Float64Array((capacity + 1) * doubles);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    this.#links = new Int32Array(numbers.buffer);
    this.#capacity = capacity;
  }

  keyOf(slot: number): number {
    return this.#numbers[(slot + 1) * doubles + key]!;
  }

  otherOf(slot: number): number {
    return this.#numbers[(slot + 1) * doubles + other]!;
  }

  /** Adds a slot to the tree; gives the new root. */
  insert(root: number, slot: number, slotKey: number, slotOther: number): number {
    const node = slot + 1;
    const [numbers, links] = [this.#numbers, this.#links];
    numbers[node * doubles + key] = slotKey;
    numbers[node * doubles + other] = slotOther;
    const nodePriority = priority(node);
    let [at, link] = [root, -1];
    while (at !== none && priority(at) >= nodePriority) {
      links[at * ints + size] = links[at * ints + size]! + 1;
      if (numbers[at * doubles + most]! < slotOther) numbers[at * doubles + most] = slotOther;
      link = at * ints + (this.#precedes(node, at) ? left : right);
      at = links[link]!;
    }
    this.#split(at, node);
    links[node * ints + left] = this.#before;
    links[node * ints + right] = this.#after;
    this.#pull(node);
    if (link < 0) return node;
    links[link] = node;
    return root;
  }

  /** Removes a slot that is in the tree; gives the new root. */
  remove(root: number, slot: number): number {
    const node = slot + 1;
    const [numbers, links, path] = [this.#numbers, this.#links, this.#path];
    const gone = numbers[node * doubles + other]!;
    let [at, link, depth] = [root, -1, 0];
    while (at !== node) {
      links[at * ints + size] = links[at * ints + size]! - 1;
      // The slot may be the one that has the most of what is below here.
      if (numbers[at * doubles + most] === gone) path[depth++] = at;
      link = at * ints + (this.#precedes(node, at) ? left : right);
      at = links[link]!;
    }
    const rest = this.#merge(links[node * ints + left]!, links[node * ints + right]!);
    if (link >= 0) links[link] = rest;
    while (depth > 0) this.#pullMost(path[--depth]!);
    return link < 0 ? rest : root;
  }

  /** The first slot with at least this key and at least this other number, or -1. */
  first(root: number, leastKey: number, leastOther: number): number {
    return this.#first(root, leastKey, leastOther) - 1;
  }

  /** Slots as `first` finds them, in order, as long as `take` answers true. */
  each(root: number, leastKey: number, leastOther: number, take: (slot: number) => boolean): boolean {
    if (root === none || this.#mostOf(root) < leastOther) return true;
    const inside = this.keyOf(root - 1) >= leastKey;
    if (inside && !this.each(this.#left(root), leastKey, leastOther, take)) return false;
    if (inside && this.otherOf(root - 1) >= leastOther && !take(root - 1)) return false;
    return this.each(this.#right(root), leastKey, leastOther, take);
  }

  /** How many slots have at least this key. */
  countFrom(root: number, leastKey: number): number {
    let [node, count] = [root, 0];
    while (node !== none) {
      if (this.keyOf(node - 1) < leastKey) {
        node = this.#right(node);
      } else {
        count += this.#size(this.#right(node)) + 1;
        node = this.#left(node);
      }
    }
    return count;
  }

  sizeOf(root: number): number {
    return this.#size(root);
  }

  /** The slot at this place in the order. */
  at(root: number, rank: number): number {
    let [node, left] = [root, rank];
    for (;;) {
      const before = this.#size(this.#left(node));
      if (left === before) return node - 1;
      if (left < before) {
        node = this.#left(node);
      } else {
        left -= before + 1;
        node = this.#right(node);
      }
    }
  }

  /** The first slot from this place in the order on that has enough of the other number, or -1. */
  from(root: number, rank: number, leastOther: number): number {
    return this.#from(root, rank, leastOther) - 1;
  }

  #first(node: number, leastKey: number, leastOther: number): number {
    if (node === none || this.#mostOf(node) < leastOther) return none;
    if (this.keyOf(node - 1) < leastKey) return this.#first(this.#right(node), leastKey, leastOther);
    const found = this.#first(this.#left(node), leastKey, leastOther);
    if (found !== none) return found;
    return this.otherOf(node - 1) >= leastOther ? node : this.#first(this.#right(node), leastKey, leastOther);
  }

  #from(node: number, rank: number, leastOther: number): number {
    if (node === none || rank >= this.#size(node) || this.#mostOf(node) < leastOther) return none;
    const own = this.#size(this.#left(node));
    if (rank < own) {
      const found = this.#from(this.#left(node), rank, leastOther);
      if (found !== none) return found;
    }
    if (rank <= own && this.otherOf(node - 1) >= leastOther) return node;
    return this.#from(this.#right(node), Math.max(0, rank - own - 1), leastOther);
  }

  /** Parts a tree into what comes before the node and what comes after it. */
  #split(root: number, node: number): void {
    if (root === none) {
      this.#before = none;
      this.#after = none;
    } else if (this.#precedes(root, node)) {
      this.#split(this.#right(root), node);
      this.#links[root * ints + right] = this.#before;
      this.#pull(root);
      this.#before = root;
    } else {
      this.#split(this.#left(root), node);
      this.#links[root * ints + left] = this.#after;
      this.#pull(root);
      this.#after = root;
    }
  }

  #merge(before: number, after: number): number {
    if (before === none) return after;
    if (after === none) return before;
    if (priority(before) > priority(after)) {
      this.#links[before * ints + right] = this.#merge(this.#right(before), after);
      this.#pull(before);
      return before;
    }
    this.#links[after * ints + left] = this.#merge(before, this.#left(after));
    this.#pull(after);
    return after;
  }

  #precedes(a: number, b: number): boolean {
    const [x, y] = [this.keyOf(a - 1), this.keyOf(b - 1)];
    return x < y || (x === y && a < b);
  }

  #pull(node: number): void {
    this.#links[node * ints + size] = this.#size(this.#left(node)) + this.#size(this.#right(node)) + 1;
    this.#pullMost(node);
  }

  #pullMost(node: number): void {
    const [before, after] = [this.#left(node), this.#right(node)];
    let top = this.otherOf(node - 1);
    if (before !== none && this.#mostOf(before) > top) top = this.#mostOf(before);
    if (after !== none && this.#mostOf(after) > top) top = this.#mostOf(after);
    this.#numbers[node * doubles + most] = top;
  }

  #mostOf(node: number): number {
    return this.#numbers[node * doubles + most]!;
  }

  #left(node: number): number {
    return this.#links[node * ints + left]!;
  }

  #right(node: number): number {
    return this.#links[node * ints + right]!;
  }

  #size(node: number): number {
    return this.#links[node * ints + size]!;
  }
}

/** As good as random, the same each time (the finalizer of MurmurHash3). */
function priority(node: number): number {
  let hash = node;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
