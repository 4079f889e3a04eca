/** Variables by name; undefined: not set. */
export type Lookup = (name: string) => string | undefined;

/** What an expression could not be read as, or what a `${NAME:?...}` says. */
export class InterpolationError extends Error {
  override readonly name = "InterpolationError";
}

/**
 * Puts variables into a text, as the Compose Specification ("Interpolation") has it: `$NAME`, `${NAME}`,
 * `${NAME:-default}`, `${NAME-default}`, `${NAME:?error}`, `${NAME?error}`, `${NAME:+other}`, `${NAME+other}`; what
 * stands for another may have expressions of its own; `$$` is a dollar sign. `missing` is told of variables that are
 * not set and have no default: they are empty. Throws an `InterpolationError`.
 */
export function interpolate(text: string, lookup: Lookup, missing: (name: string) => void = () => {}): string {
  return new Reader(text, lookup, missing).readUntil(undefined);
}

/** Puts variables into every text of a tree; keys stay. `failed` is told where an expression is wrong. */
export function interpolateTree(
  tree: unknown,
  lookup: Lookup,
  on: { missing(name: string, at: string): void; failed(message: string, at: string): void },
  at = "",
): unknown {
  if (typeof tree === "string") {
    try {
      return interpolate(tree, lookup, (name) => on.missing(name, at));
    } catch (error) {
      if (!(error instanceof InterpolationError)) throw error;
      on.failed(error.message, at);
      return tree;
    }
  }
  if (Array.isArray(tree)) return tree.map((item, i) => interpolateTree(item, lookup, on, `${at}[${i}]`));
  if (tree === null || typeof tree !== "object" || Object.getPrototypeOf(tree) !== Object.prototype) return tree;
  const entries = Object.entries(tree);
  const under = (key: string) => (at === "" ? key : `${at}.${key}`);
  return Object.fromEntries(entries.map(([key, value]) => [key, interpolateTree(value, lookup, on, under(key))]));
}

const namePattern = /[A-Za-z_][A-Za-z0-9_]*/y;

class Reader {
  readonly #text: string;
  readonly #lookup: Lookup;
  readonly #missing: (name: string) => void;
  #at = 0;

  constructor(text: string, lookup: Lookup, missing: (name: string) => void) {
    this.#text = text;
    this.#lookup = lookup;
    this.#missing = missing;
  }

  /** Reads on to the character that closes, which is passed over, or to the end. */
  readUntil(close: string | undefined, used = true): string {
    let out = "";
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]!;
      if (character === close) {
        this.#at++;
        return out;
      }
      if (character === "$") out += this.#readDollar(used);
      else {
        out += character;
        this.#at++;
      }
    }
    if (close !== undefined) throw this.#invalid();
    return out;
  }

  #readDollar(used: boolean): string {
    this.#at++;
    if (this.#text[this.#at] === "$") {
      this.#at++;
      return "$";
    }
    if (this.#text[this.#at] !== "{") return this.#value(this.#readName(), used);
    this.#at++;
    const name = this.#readName();
    const operator = /:?[-?+]|\}/y;
    operator.lastIndex = this.#at;
    const found = operator.exec(this.#text)?.[0];
    if (found === undefined) throw this.#invalid();
    this.#at += found.length;
    return found === "}" ? this.#value(name, used) : this.#readOperand(name, found, used);
  }

  /** What stands behind the operator is read in any case, and its variables count only when it is used. */
  #readOperand(name: string, operator: string, used: boolean): string {
    const value = this.#lookup(name);
    const isSet = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
    const replaces = operator.endsWith("+") ? isSet : !isSet;
    const operand = this.readUntil("}", used && replaces);
    if (operator.endsWith("?") && !isSet && used) {
      throw new InterpolationError(`the variable ${name} is required${operand === "" ? "" : `: ${operand}`}`);
    }
    if (replaces) return operand;
    return operator.endsWith("+") ? "" : value!;
  }

  #readName(): string {
    namePattern.lastIndex = this.#at;
    const name = namePattern.exec(this.#text)?.[0];
    if (name === undefined) throw this.#invalid();
    this.#at += name.length;
    return name;
  }

  #value(name: string, used: boolean): string {
    const value = this.#lookup(name);
    if (value === undefined && used) this.#missing(name);
    return value ?? "";
  }

  #invalid(): InterpolationError {
    const hint = "write $$ for a dollar sign that is meant itself";
    return new InterpolationError(`"${this.#text}" has a variable that cannot be read; ${hint}`);
  }
}
