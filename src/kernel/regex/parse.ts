/** A regular expression as a tree. Sets are over UTF-16 code units. */
export type RegexNode =
  | { readonly type: "set"; readonly ranges: readonly Range[]; readonly negated: boolean }
  | { readonly type: "assert"; readonly at: "start" | "end" | "lineStart" | "lineEnd" | "word" | "notWord" }
  | { readonly type: "sequence"; readonly items: readonly RegexNode[] }
  | { readonly type: "either"; readonly items: readonly RegexNode[] }
  | {
      readonly type: "repeat";
      readonly item: RegexNode;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
    }
  | { readonly type: "group"; readonly name: string; readonly item: RegexNode };
export type Range = readonly [first: number, last: number];

/** The expression cannot be read; the message says why. */
export class RegexError extends Error {
  override readonly name = "RegexError";
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

const digit: Range[] = [[48, 57]];
const word: Range[] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const space: Range[] = [
  [9, 10],
  [12, 13],
  [32, 32],
];
const classes: Record<string, Range[]> = { d: digit, w: word, s: space };
const posix: Record<string, Range[]> = {
  alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  alpha: [
    [65, 90],
    [97, 122],
  ],
  blank: [
    [9, 9],
    [32, 32],
  ],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  digit,
  graph: [[33, 126]],
  lower: [[97, 122]],
  print: [[32, 126]],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  space: [
    [9, 13],
    [32, 32],
  ],
  upper: [[65, 90]],
  word,
  xdigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
};
const controls: Record<string, number> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
const everything: Range[] = [[0, 0xffff]];

/**
 * Reads an expression in the syntax of RE2 (which Go, and so Docker, speaks): no back references, no look-around.
 * Unicode classes (`\p{...}`) are not known. Throws a `RegexError`.
 */
export function parseRegex(source: string): RegexNode {
  return new Parser(source).parse();
}

class Parser {
  readonly #source: string;
  #at = 0;
  #depth = 0;
  #flags: Flags = { ignoreCase: false, multiline: false, dotAll: false };

  constructor(source: string) {
    this.#source = source;
  }

  parse(): RegexNode {
    const node = this.#either();
    if (this.#at < this.#source.length) throw new RegexError("unexpected )");
    return node;
  }

  #either(): RegexNode {
    if (++this.#depth > 100) throw new RegexError("expression nests too deeply");
    const flags = this.#flags;
    const items = [this.#sequence()];
    while (this.#take("|")) items.push(this.#sequence());
    this.#flags = flags;
    this.#depth--;
    return items.length === 1 ? items[0]! : { type: "either", items };
  }

  #sequence(): RegexNode {
    const items: RegexNode[] = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at]!)) items.push(this.#repeated());
    return { type: "sequence", items };
  }

  #repeated(): RegexNode {
    let node = this.#atom();
    for (let bounds = this.#bounds(); bounds !== undefined; bounds = this.#bounds()) {
      const [min, max] = bounds;
      if (max < min || min > 1000 || (max !== Number.POSITIVE_INFINITY && max > 1000)) {
        throw new RegexError(`invalid repeat count: {${min},${max}}`);
      }
      node = { type: "repeat", item: node, min, max, lazy: this.#take("?") };
    }
    return node;
  }

  #bounds(): readonly [number, number] | undefined {
    if (this.#take("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#take("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.#take("?")) return [0, 1];
    const counts = /^\{(\d+)(,(\d*))?\}/.exec(this.#source.slice(this.#at, this.#at + 24));
    if (counts === null) return undefined;
    this.#at += counts[0].length;
    const min = Number(counts[1]);
    if (counts[2] === undefined) return [min, min];
    return [min, counts[3] === "" ? Number.POSITIVE_INFINITY : Number(counts[3])];
  }

  #atom(): RegexNode {
    const char = this.#next();
    switch (char) {
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case ".":
        return this.#flags.dotAll ? set(everything) : { type: "set", ranges: [[10, 10]], negated: true };
      case "^":
        return { type: "assert", at: this.#flags.multiline ? "lineStart" : "start" };
      case "$":
        return { type: "assert", at: this.#flags.multiline ? "lineEnd" : "end" };
      case "*":
      case "+":
      case "?":
        throw new RegexError(`missing argument to repetition operator: ${char}`);
      case "\\":
        return this.#escape();
      default:
        return this.#literal(char.charCodeAt(0));
    }
  }

  #group(): RegexNode {
    const flags = this.#flags;
    const opening = /^\?(?:P?<([A-Za-z_]\w*)>|([imsU]*(?:-[imsU]+)?)(:|\)))/.exec(this.#source.slice(this.#at));
    if (opening === null && this.#source[this.#at] === "?") throw new RegexError("invalid or unsupported group syntax");
    this.#at += opening?.[0].length ?? 0;
    if (opening?.[2] !== undefined) this.#setFlags(opening[2]);
    if (opening?.[3] === ")") return { type: "sequence", items: [] }; // Flags for the rest of the group around.
    const node = this.#either();
    if (!this.#take(")")) throw new RegexError("missing closing )");
    this.#flags = flags;
    return opening?.[1] === undefined ? node : { type: "group", name: opening[1], item: node };
  }

  #setFlags(text: string): void {
    const [on = "", off = ""] = text.split("-");
    const flag = (letter: string, before: boolean) => (before || on.includes(letter)) && !off.includes(letter);
    const { ignoreCase, multiline, dotAll } = this.#flags;
    this.#flags = { ignoreCase: flag("i", ignoreCase), multiline: flag("m", multiline), dotAll: flag("s", dotAll) };
  }

  #escape(): RegexNode {
    const char = this.#next();
    const lower = char.toLowerCase();
    const known = classes[lower];
    if (known !== undefined) return { type: "set", ranges: known, negated: char !== lower };
    if (char === "b" || char === "B") return { type: "assert", at: char === "b" ? "word" : "notWord" };
    if (char === "A" || char === "z") return { type: "assert", at: char === "A" ? "start" : "end" };
    return this.#literal(this.#escapedCode(char));
  }

  #escapedCode(char: string): number {
    if (char === "x") {
      const digits = /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,4})\})/.exec(this.#source.slice(this.#at, this.#at + 8));
      if (digits === null) throw new RegexError("invalid escape sequence: \\x");
      this.#at += digits[0].length;
      return Number.parseInt(digits[1] ?? digits[2]!, 16);
    }
    const control = controls[char];
    if (control !== undefined) return control;
    if (/[0-9A-Za-z]/.test(char)) throw new RegexError(`invalid escape sequence: \\${char}`);
    return char.charCodeAt(0);
  }

  #literal(code: number): RegexNode {
    return this.#fold([[code, code]]);
  }

  #class(): RegexNode {
    const negated = this.#take("^");
    const ranges: Range[] = [];
    for (let first = true; first || this.#source[this.#at] !== "]"; first = false) {
      const part = this.#classPart();
      if (typeof part !== "number") {
        ranges.push(...part);
        continue;
      }
      const isRange = this.#source[this.#at] === "-" && this.#source[this.#at + 1] !== "]";
      if (isRange) this.#at++;
      const last = isRange ? this.#classPart() : part;
      if (typeof last !== "number" || last < part) throw new RegexError("invalid character class range");
      ranges.push([part, last]);
    }
    this.#at++;
    const folded = this.#fold(ranges);
    return negated && folded.type === "set" ? { ...folded, negated } : folded;
  }

  /** A character of a class, or the ranges of a class inside it. */
  #classPart(): number | readonly Range[] {
    const char = this.#next();
    if (char === "[" && this.#source[this.#at] === ":") {
      const name = /^:(\^?)([a-z]+):\]/.exec(this.#source.slice(this.#at, this.#at + 16));
      const known = posix[name?.[2] ?? ""];
      if (name === null || known === undefined) throw new RegexError("invalid character class range");
      this.#at += name[0].length;
      return name[1] === "^" ? complement(known) : known;
    }
    if (char !== "\\") return char.charCodeAt(0);
    const escaped = this.#next();
    const known = classes[escaped.toLowerCase()];
    if (known === undefined) return this.#escapedCode(escaped);
    return escaped === escaped.toLowerCase() ? known : complement(known);
  }

  /** With `(?i)`: adds the other case of ASCII letters. */
  #fold(ranges: readonly Range[]): RegexNode {
    if (!this.#flags.ignoreCase) return set(ranges);
    const folded: Range[] = [...ranges];
    for (const [first, last] of ranges) {
      const [lowerFirst, lowerLast] = [Math.max(first, 97), Math.min(last, 122)];
      if (lowerFirst <= lowerLast) folded.push([lowerFirst - 32, lowerLast - 32]);
      const [upperFirst, upperLast] = [Math.max(first, 65), Math.min(last, 90)];
      if (upperFirst <= upperLast) folded.push([upperFirst + 32, upperLast + 32]);
    }
    return set(folded);
  }

  #take(char: string): boolean {
    if (this.#source[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const char = this.#source[this.#at++];
    if (char === undefined) throw new RegexError("the expression ends too early");
    return char;
  }
}

function set(ranges: readonly Range[]): RegexNode {
  return { type: "set", ranges, negated: false };
}

function complement(ranges: readonly Range[]): Range[] {
  const gaps: Range[] = [];
  let from = 0;
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (from < first) gaps.push([from, first - 1]);
    from = Math.max(from, last + 1);
  }
  if (from <= 0xffff) gaps.push([from, 0xffff]);
  return gaps;
}
