import { parseRegex, RegexError, type RegexNode } from "./parse.ts";
import { compileProgram, holds, isMet, neighbour, outside, type Program } from "./program.ts";
import { compileRegex } from "./regex.ts";

/** Finds what the named groups of an expression have matched. */
export interface Captures {
  /** The names of the groups, in their order. */
  readonly names: readonly string[];
  /** By the order of `names`, for the first match in the text; undefined when there is none. */
  match(text: string): readonly (string | undefined)[] | undefined;
}

/** A place in a text is tried once with each instruction: this bounds the memory that it takes to remember them. */
const maxInstructions = 1000;

/**
 * A regular expression as `compileRegex` reads it, with its named groups: `(?<name>...)`. Of several ways to match it
 * takes the one that Perl would. Time is linear in the text: what failed once at a place is not tried there again.
 * Throws a `RegexError`.
 */
export function compileCaptures(source: string): Captures {
  const node = parseRegex(source);
  const names = namesIn(node);
  if (new Set(names).size < names.length) throw new RegexError("duplicate capture group name");
  const program = compileProgram(node, names);
  if (program.program.length > maxInstructions) throw new RegexError("expression is too large");
  const prefix = prefixOf(node);
  const regex = prefix === "" ? compileRegex(source) : undefined;
  const matcher = new Matcher(program, names.length * 2, prefix);
  return {
    names,
    match(text) {
      // The automaton says quickly that there is no match; with a prefix the search for it does.
      const slots = regex?.test(text) === false ? undefined : matcher.run(text);
      if (slots === undefined) return undefined;
      return names.map((_, i) => {
        const [from, to] = [slots[2 * i]!, slots[2 * i + 1]!];
        return from < 0 || to < from ? undefined : text.slice(from, to);
      });
    },
  };
}

function namesIn(node: RegexNode): string[] {
  switch (node.type) {
    case "sequence":
    case "either":
      return node.items.flatMap(namesIn);
    case "repeat":
      return namesIn(node.item);
    case "group":
      return [node.name, ...namesIn(node.item)];
    default:
      return [];
  }
}

/** The text that every match begins with; empty when there is none. */
function prefixOf(node: RegexNode): string {
  if (node.type === "group") return prefixOf(node.item);
  if (node.type === "set") return charOf(node) ?? "";
  if (node.type !== "sequence") return "";
  let prefix = "";
  for (const item of node.items) {
    const char = item.type === "set" ? charOf(item) : undefined;
    if (char === undefined) return prefix === "" && item === node.items[0] ? prefixOf(item) : prefix;
    prefix += char;
  }
  return prefix;
}

/** The only character of a set; undefined when it has others. */
function charOf({ ranges, negated }: RegexNode & { readonly type: "set" }): string | undefined {
  const [range] = ranges;
  const isOne = !negated && ranges.length === 1 && range![0] === range![1];
  return isOne ? String.fromCharCode(range![0]) : undefined;
}

/** Depth first, with a bit for each pair of instruction and place that was tried (RE2 calls it BitState). */
class Matcher {
  readonly #program: Program["program"];
  readonly #start: number;
  readonly #slotCount: number;
  readonly #prefix: string;
  #visited = new Uint32Array(0);
  /** Triples: an instruction and a place to go on from; or -1 - slot, and the place to put back into it. */
  readonly #stack: number[] = [];

  constructor({ program, start }: Program, slotCount: number, prefix: string) {
    this.#prefix = prefix;
    this.#program = program;
    this.#start = start;
    this.#slotCount = slotCount;
  }

  run(text: string): Int32Array | undefined {
    const first = text.indexOf(this.#prefix);
    if (first < 0) return undefined;
    const words = Math.ceil((this.#program.length * (text.length + 1)) / 32);
    if (this.#visited.length < words) this.#visited = new Uint32Array(words);
    else this.#visited.fill(0, 0, words);
    const slots = new Int32Array(this.#slotCount).fill(-1);
    for (let from = first; from >= 0 && from <= text.length; from = this.#next(text, from + 1)) {
      if (this.#from(text, from, slots)) return slots;
    }
    return undefined;
  }

  /** Where a match may begin next; -1: nowhere. */
  #next(text: string, from: number): number {
    return this.#prefix === "" ? from : text.indexOf(this.#prefix, from);
  }

  /** What was tried from an earlier place and failed fails again: the bits stay. */
  #from(text: string, from: number, slots: Int32Array): boolean {
    const stack = this.#stack;
    stack.length = 0;
    stack.push(this.#start, from);
    while (stack.length > 0) {
      const place = stack.pop()!;
      const id = stack.pop()!;
      if (id < 0) slots[-1 - id] = place;
      else if (this.#along(text, id, place, slots)) return true;
    }
    return false;
  }

  /** Goes on as far as one way leads; other ways are left on the stack. */
  #along(text: string, id: number, place: number, slots: Int32Array): boolean {
    for (;;) {
      const bit = place * this.#program.length + id;
      const mask = 1 << (bit & 31);
      if ((this.#visited[bit >>> 5]! & mask) !== 0) return false;
      this.#visited[bit >>> 5]! |= mask;
      const instruction = this.#program[id]!;
      switch (instruction.type) {
        case "match":
          return true;
        case "set":
          if (place >= text.length || !holds(instruction, text.charCodeAt(place))) return false;
          place++;
          break;
        case "split":
          this.#stack.push(instruction.other, place);
          break;
        case "save":
          this.#stack.push(-1 - instruction.slot, slots[instruction.slot]!);
          slots[instruction.slot] = place;
          break;
        case "assert":
          if (!isMet(instruction.at, neighbourAt(text, place - 1), neighbourAt(text, place))) return false;
      }
      id = instruction.next;
    }
  }
}

function neighbourAt(text: string, place: number) {
  return place < 0 || place >= text.length ? outside : neighbour(text.charCodeAt(place));
}
