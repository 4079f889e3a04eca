import { parseRegex, RegexError } from "./parse.ts";
import {
  compileProgram,
  holds,
  type Instruction,
  isMet,
  type Neighbour,
  neighbour,
  otherChar,
  outside,
} from "./program.ts";

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
  const { program, start } = compileProgram(parseRegex(source), []);
  return new Automaton(program, start);
}

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
      else if (instruction.type === "assert" && !isMet(instruction.at, state.before, after)) continue;
      else stack.push(instruction.next);
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
