import { holds, type Instruction, isMet, neighbour, outside, type Program } from "./program.ts";

/** Instructions in arrays of numbers: a text is gone through at a few nanoseconds a step. */
interface Code {
  readonly kind: Uint8Array;
  readonly next: Int32Array;
  /** Of a split the other way, of a save the slot. */
  readonly other: Int32Array;
  /** By instruction and ASCII code: whether its set holds the character. */
  readonly ascii: Uint8Array;
  readonly program: Program["program"];
}

const kinds = ["match", "set", "split", "save", "assert"] as const;
const [match, set, split, save] = [0, 1, 2, 3] as const;
const asciiCodes = 128;

/** What is tried without a memory of what failed: most expressions take less. */
const usualSteps = { atLeast: 256, perChar: 8 };

/**
 * Depth first, as a backtracking engine: first without a memory; where that takes too many steps, with a bit for each
 * pair of instruction and place that was tried (RE2 calls it BitState), so that time stays linear in the text. Both
 * ways find the same: what is tried a second time fails a second time.
 */
export class Matcher {
  readonly #code: Code;
  readonly #start: number;
  readonly #slots: Int32Array;
  readonly #prefix: string;
  #visited = new Uint32Array(0);
  /** Triples: an instruction and a place to go on from; or -1 - slot, and the place to put back into it. */
  readonly #stack: number[] = [];
  readonly #steps: typeof usualSteps;
  #stepsLeft = 0;

  /** Every match begins with `prefix`. */
  constructor({ program, start }: Program, slotCount: number, prefix: string, steps = usualSteps) {
    this.#steps = steps;
    this.#code = codeOf(program);
    this.#start = start;
    this.#slots = new Int32Array(slotCount);
    this.#prefix = prefix;
  }

  /** The places of the first match, by slots: the same array each time. */
  run(text: string): Int32Array | undefined {
    const first = text.indexOf(this.#prefix);
    if (first < 0) return undefined;
    this.#stepsLeft = this.#steps.atLeast + this.#steps.perChar * (text.length - first);
    const isFound = this.#search(text, first, undefined) ?? this.#search(text, first, this.#clearVisited(text));
    return isFound ? this.#slots : undefined;
  }

  #clearVisited(text: string): Uint32Array {
    const words = Math.ceil((this.#code.kind.length * (text.length + 1)) / 32);
    if (this.#visited.length < words) this.#visited = new Uint32Array(words);
    else this.#visited.fill(0, 0, words);
    return this.#visited;
  }

  /** Undefined: it takes too many steps. What was tried from an earlier place and failed fails again: the bits stay. */
  #search(text: string, first: number, visited: Uint32Array | undefined): boolean | undefined {
    this.#slots.fill(-1);
    for (let from = first; from >= 0 && from <= text.length; from = this.#next(text, from + 1)) {
      const isFound = this.#from(text, from, visited);
      if (isFound !== false) return isFound;
    }
    return false;
  }

  /** Where a match may begin next; -1: nowhere. */
  #next(text: string, from: number): number {
    return this.#prefix === "" ? from : text.indexOf(this.#prefix, from);
  }

  #from(text: string, from: number, visited: Uint32Array | undefined): boolean | undefined {
    const stack = this.#stack;
    stack.length = 0;
    stack.push(this.#start, from);
    while (stack.length > 0) {
      const place = stack.pop()!;
      const id = stack.pop()!;
      if (id < 0) this.#slots[-1 - id] = place;
      else if (this.#along(text, id, place, visited)) return true;
      if (this.#stepsLeft < 0 && visited === undefined) return undefined;
    }
    return false;
  }

  /** Goes on as far as one way leads; other ways are left on the stack. */
  #along(text: string, id: number, place: number, visited: Uint32Array | undefined): boolean {
    const { kind, next, other, ascii, program } = this.#code;
    for (;;) {
      if (visited === undefined ? --this.#stepsLeft < 0 : !visit(visited, place * kind.length + id)) return false;
      switch (kind[id]) {
        case match:
          return true;
        case set: {
          if (place >= text.length) return false;
          const char = text.charCodeAt(place++);
          if (char < asciiCodes ? ascii[id * asciiCodes + char] === 0 : !holds(program[id] as SetOf, char))
            return false;
          break;
        }
        case split:
          this.#stack.push(other[id]!, place);
          break;
        case save:
          this.#stack.push(-1 - other[id]!, this.#slots[other[id]!]!);
          this.#slots[other[id]!] = place;
          break;
        default:
          if (!isMetAt(program[id]!, text, place)) return false;
      }
      id = next[id]!;
    }
  }
}

type SetOf = Instruction & { readonly type: "set" };

/** False: it was visited before. */
function visit(visited: Uint32Array, bit: number): boolean {
  const mask = 1 << (bit & 31);
  if ((visited[bit >>> 5]! & mask) !== 0) return false;
  visited[bit >>> 5]! |= mask;
  return true;
}

function isMetAt(instruction: Instruction, text: string, place: number): boolean {
  return instruction.type === "assert" && isMet(instruction.at, neighbourAt(text, place - 1), neighbourAt(text, place));
}

function neighbourAt(text: string, place: number) {
  return place < 0 || place >= text.length ? outside : neighbour(text.charCodeAt(place));
}

function codeOf(program: Program["program"]): Code {
  const ascii = new Uint8Array(program.length * asciiCodes);
  for (const [id, instruction] of program.entries()) {
    if (instruction.type !== "set") continue;
    for (let code = 0; code < asciiCodes; code++) ascii[id * asciiCodes + code] = Number(holds(instruction, code));
  }
  return {
    kind: Uint8Array.from(program, ({ type }) => kinds.indexOf(type)),
    next: Int32Array.from(program, (each) => ("next" in each ? each.next : -1)),
    other: Int32Array.from(program, (each) =>
      each.type === "split" ? each.other : each.type === "save" ? each.slot : -1,
    ),
    ascii,
    program,
  };
}
