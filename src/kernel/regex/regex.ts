import { parseRegex, type Range, RegexError, type RegexNode } from "./parse.ts";

export { RegexError };

/** Says whether an expression matches anywhere in a text. */
export interface Regex {
  test(text: string): boolean;
}

/**
 * A regular expression (syntax of RE2) whose matching takes time linear in the text, whatever the expression: for
 * expressions that come from users and texts that come from elsewhere, where a backtracking engine could be made to
 * stall. It runs as an automaton whose states are made when they are first met. Throws a `RegexError`.
 */
export function compileRegex(source: string): Regex {
  const program: Instruction[] = [{ type: "match" }];
  const start = compile(parseRegex(source), 0, program);
  return new Automaton(program, start);
}

type Instruction =
  | { readonly type: "match" }
  | { readonly type: "set"; readonly ranges: readonly Range[]; readonly negated: boolean; readonly next: number }
  | { readonly type: "split"; readonly next: number; readonly other: number }
  | { readonly type: "assert"; readonly at: (RegexNode & { type: "assert" })["at"]; readonly next: number };

const maxInstructions = 5000;

/** Adds the instructions of a node that go on at `next`; gives the first. */
function compile(node: RegexNode, next: number, program: Instruction[]): number {
  switch (node.type) {
    case "set":
      return add(program, { type: "set", ranges: node.ranges, negated: node.negated, next });
    case "assert":
      return add(program, { type: "assert", at: node.at, next });
    case "sequence":
      return node.items.reduceRight((after, item) => compile(item, after, program), next);
    case "either":
      return node.items
        .map((item) => compile(item, next, program))
        .reduceRight((other, first) => add(program, { type: "split", next: first, other }));
    case "repeat":
      return compileRepeat(node, next, program);
  }
}

function compileRepeat(node: RegexNode & { type: "repeat" }, next: number, program: Instruction[]): number {
  let at = next;
  if (node.max === Number.POSITIVE_INFINITY) {
    const loop = add(program, { type: "split", next, other: next });
    program[loop] = { type: "split", next: compile(node.item, loop, program), other: next };
    at = loop;
  } else {
    for (let i = node.min; i < node.max; i++) {
      at = add(program, { type: "split", next: compile(node.item, at, program), other: next });
    }
  }
  for (let i = 0; i < node.min; i++) at = compile(node.item, at, program);
  return at;
}

function add(program: Instruction[], instruction: Instruction): number {
  if (program.length >= maxInstructions) throw new RegexError("expression is too large");
  return program.push(instruction) - 1;
}

/** What stands before or after a place in the text. */
type Neighbour = 0 | 1 | 2 | 3;
const [outside, newline, wordChar, otherChar] = [0, 1, 2, 3] as const;

/** A set of instructions to go on from, before assertions there are looked at. */
interface State {
  readonly instructions: readonly number[];
  readonly before: Neighbour;
  /** By ASCII code: the next state. */
  readonly next: (State | undefined)[];
  atEnd: boolean | undefined;
}

const maxStates = 2000;

class Automaton implements Regex {
  readonly #program: readonly Instruction[];
  readonly #start: number;
  readonly #matched: State = { instructions: [], before: otherChar, next: [], atEnd: true };
  #states = new Map<string, State>();

  constructor(program: readonly Instruction[], start: number) {
    this.#program = program;
    this.#start = start;
  }

  test(text: string): boolean {
    let state = this.#state([], outside);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) {
        state = this.#step(state, code);
      } else {
        let next = state.next[code];
        if (next === undefined) {
          next = this.#step(state, code);
          state.next[code] = next;
        }
        state = next;
      }
      if (state === this.#matched) return true;
    }
    state.atEnd ??= this.#follow(state, outside) === undefined;
    return state.atEnd;
  }

  #step(state: State, code: number): State {
    const after = neighbour(code);
    const reached = this.#follow(state, after);
    if (reached === undefined) return this.#matched;
    const next: number[] = [];
    for (const at of reached) {
      const instruction = this.#program[at]!;
      if (instruction.type === "set" && holds(instruction, code)) next.push(instruction.next);
    }
    return this.#state(next, after);
  }

  /** The sets that can be tried at a place, or undefined when the expression matches there. */
  #follow(state: State, after: Neighbour): number[] | undefined {
    const seen = new Set<number>();
    const reached: number[] = [];
    // A match may start at every place.
    const stack = [this.#start, ...state.instructions];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const instruction = this.#program[at]!;
      if (instruction.type === "match") return undefined;
      if (instruction.type === "set") reached.push(at);
      else if (instruction.type === "split") stack.push(instruction.other, instruction.next);
      else if (isMet(instruction.at, state.before, after)) stack.push(instruction.next);
    }
    return reached;
  }

  #state(instructions: number[], before: Neighbour): State {
    const sorted = [...new Set(instructions)].sort((a, b) => a - b);
    const key = `${before}:${sorted.join()}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#states.size >= maxStates) this.#states = new Map();
    const state: State = { instructions: sorted, before, next: new Array(128), atEnd: undefined };
    this.#states.set(key, state);
    return state;
  }
}

function neighbour(code: number): Neighbour {
  if (code === 10) return newline;
  const isWord = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);
  return isWord ? wordChar : otherChar;
}

function isMet(at: (RegexNode & { type: "assert" })["at"], before: Neighbour, after: Neighbour): boolean {
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

function holds(set: { readonly ranges: readonly Range[]; readonly negated: boolean }, code: number): boolean {
  for (const [first, last] of set.ranges) if (code >= first && code <= last) return !set.negated;
  return set.negated;
}
