import { type Range, RegexError, type RegexNode } from "./parse.ts";

export type Instruction =
  | { readonly type: "match" }
  | { readonly type: "set"; readonly ranges: readonly Range[]; readonly negated: boolean; readonly next: number }
  /** `next` is to be preferred. */
  | { readonly type: "split"; readonly next: number; readonly other: number }
  | { readonly type: "assert"; readonly at: (RegexNode & { type: "assert" })["at"]; readonly next: number }
  /** Notes the place in the text. */
  | { readonly type: "save"; readonly slot: number; readonly next: number };

export interface Program {
  readonly program: readonly Instruction[];
  readonly start: number;
}

const maxInstructions = 5000;

/**
 * The instructions of an expression. Of the groups with these names the first and last places are saved in the slots
 * `2 * i` and `2 * i + 1`.
 */
export function compileProgram(node: RegexNode, names: readonly string[]): Program {
  const compiler = new Compiler(names);
  const start = compiler.compile(node, compiler.add({ type: "match" }));
  return { program: compiler.program, start };
}

class Compiler {
  readonly program: Instruction[] = [];
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Adds the instructions of a node that go on at `next`; gives the first. */
  compile(node: RegexNode, next: number): number {
    switch (node.type) {
      case "set":
        return this.add({ type: "set", ranges: node.ranges, negated: node.negated, next });
      case "assert":
        return this.add({ type: "assert", at: node.at, next });
      case "sequence":
        return node.items.reduceRight((after, item) => this.compile(item, after), next);
      case "either":
        return node.items
          .map((item) => this.compile(item, next))
          .reduceRight((other, first) => this.add({ type: "split", next: first, other }));
      case "repeat":
        return this.#repeat(node, next);
      case "group": {
        const at = this.#names.indexOf(node.name);
        if (at < 0) return this.compile(node.item, next);
        const end = this.add({ type: "save", slot: 2 * at + 1, next });
        return this.add({ type: "save", slot: 2 * at, next: this.compile(node.item, end) });
      }
    }
  }

  #repeat(node: RegexNode & { type: "repeat" }, next: number): number {
    const split = (again: number): Instruction => ({
      type: "split",
      next: node.lazy ? next : again,
      other: node.lazy ? again : next,
    });
    let at = next;
    if (node.max === Number.POSITIVE_INFINITY) {
      const loop = this.add({ type: "match" });
      this.program[loop] = split(this.compile(node.item, loop));
      at = loop;
    } else {
      for (let i = node.min; i < node.max; i++) at = this.add(split(this.compile(node.item, at)));
    }
    for (let i = 0; i < node.min; i++) at = this.compile(node.item, at);
    return at;
  }

  add(instruction: Instruction): number {
    if (this.program.length >= maxInstructions) throw new RegexError("expression is too large");
    return this.program.push(instruction) - 1;
  }
}

/** What stands before or after a place in the text. */
export type Neighbour = 0 | 1 | 2 | 3;
export const [outside, newline, wordChar, otherChar] = [0, 1, 2, 3] as const;

export function neighbour(code: number): Neighbour {
  if (code === 10) return newline;
  const isWord = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);
  return isWord ? wordChar : otherChar;
}

export function isMet(at: (RegexNode & { type: "assert" })["at"], before: Neighbour, after: Neighbour): boolean {
  switch (at) {
    case "start":
      return before === outside;
    case "end":
      return after === outside;
    case "lineStart":
      return before === outside || before === newline;
    case "lineEnd":
      return after === outside || after === newline;
    case "word":
      return (before === wordChar) !== (after === wordChar);
    case "notWord":
      return (before === wordChar) === (after === wordChar);
  }
}

export function holds(set: { readonly ranges: readonly Range[]; readonly negated: boolean }, code: number): boolean {
  for (const [first, last] of set.ranges) if (code >= first && code <= last) return !set.negated;
  return set.negated;
}
