import type { Clue, Needle, NumberBehind } from "../language/needle.ts";

/** Says of events, in the order of their bytes in a block, in which what a query asks for cannot be. */
export class Clues {
  readonly #block: Buffer;
  readonly #clues: readonly (readonly Search[])[];
  #nextEscape = -1;

  constructor(block: Buffer, clues: readonly Clue[]) {
    this.#block = block;
    this.#clues = clues.map((clue) => clue.map((needle) => new Search(block, needle)));
  }

  /** Of several events: whether none of them can match. */
  areMissing(from: number, to: number): boolean {
    return this.#clues.some((clue) =>
      clue.every((search) => !search.isIn(from, to) && !this.#isEscaped(search, from, to)),
    );
  }

  /** Of the message of one. */
  isMissing(from: number, to: number): boolean {
    const clues = this.#clues;
    for (let i = 0; i < clues.length; i++) if (this.#lacks(clues[i]!, from, to)) return true;
    return false;
  }

  #lacks(clue: readonly Search[], from: number, to: number): boolean {
    for (let i = 0; i < clue.length; i++) {
      const search = clue[i]!;
      if (search.isWantedIn(from, to) || this.#isEscaped(search, from, to)) return false;
    }
    return true;
  }

  #isEscaped(search: Search, from: number, to: number): boolean {
    if (search.isExact) return false;
    if (this.#nextEscape < from) this.#nextEscape = find(this.#block, unicodeEscape, from);
    return this.#nextEscape < to;
  }
}

/** The places of one needle in a block. */
class Search {
  readonly isExact: boolean;
  readonly #block: Buffer;
  readonly #text: Buffer;
  readonly #number: NumberBehind | undefined;
  #next = -1;

  constructor(block: Buffer, { text, isExact, number }: Needle) {
    this.#block = block;
    this.#text = Buffer.from(text);
    this.isExact = isExact;
    this.#number = number;
  }

  isIn(from: number, to: number): boolean {
    if (this.#next < from) this.#next = find(this.#block, this.#text, from);
    return this.#next + this.#text.length <= to;
  }

  /** The same, and where a number is asked for it is not another one that stands there. */
  isWantedIn(from: number, to: number): boolean {
    if (this.#number === undefined) return this.isIn(from, to);
    for (let at = from; this.isIn(at, to); at = this.#next + 1) {
      if (mayBeWanted(this.#block, this.#next, this.#next + this.#text.length, to, this.#number)) return true;
    }
    return false;
  }
}

const unicodeEscape = Buffer.from("\\u");
const [quote, dot, colon, minus, zero, nine] = [34, 46, 58, 45, 48, 57] as const;

function find(block: Buffer, text: Buffer, from: number): number {
  const found = block.indexOf(text, from);
  return found < 0 ? Number.POSITIVE_INFINITY : found;
}

/** Whether the end of a name from `nameAt` to `nameEnd` can be that of a member whose value is wanted. */
function mayBeWanted(block: Buffer, nameAt: number, nameEnd: number, to: number, number: NumberBehind): boolean {
  const before = block[nameAt - 1];
  if (before !== quote && !(number.isPart && before === dot)) return false;
  const colonAt = behindBlanks(block, nameEnd, to);
  if (block[colonAt] !== colon) return false;
  const valueAt = behindBlanks(block, colonAt + 1, to);
  const first = block[valueAt]!;
  // What is no number may read as one.
  if (first !== minus && !(first >= zero && first <= nine)) return true;
  return number.isWanted(numberAt(block, valueAt, to));
}

function behindBlanks(block: Buffer, at: number, to: number): number {
  while (at < to && (block[at] === 32 || block[at] === 9 || block[at] === 10 || block[at] === 13)) at++;
  return at;
}

/** The number of JSON that begins here. */
function numberAt(block: Buffer, from: number, to: number): number {
  let [at, digits] = [from, 0];
  for (; at < to && block[at]! >= zero && block[at]! <= nine; at++) digits = digits * 10 + block[at]! - zero;
  const isWhole = at > from && at - from <= 15 && !isOfNumber(block[at]!);
  if (isWhole) return digits;
  while (at < to && isOfNumber(block[at]!)) at++;
  return Number(block.toString("latin1", from, at));
}

/** `0` to `9`, `+`, `-`, `.`, `E` or `e`. */
function isOfNumber(code: number): boolean {
  return (code >= zero && code <= nine) || code === 43 || code === minus || code === dot || code === 69 || code === 101;
}
