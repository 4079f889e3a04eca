import { Fault } from "#kernel/fault.ts";

/** `InvalidParameterException`, with what is wrong and where. */
export function invalidExpression(source: string, problem: string): Fault {
  return new Fault("InvalidParameterException", `Invalid expression '${source}': ${problem}`);
}

/**
 * Reads an expression from left to right. It has no tokens of its own: what a character means depends on what is
 * expected, as a regular expression may stand without quotes.
 */
export class Scanner {
  readonly source: string;
  #at = 0;

  constructor(source: string) {
    this.source = source;
    this.#skipSpace();
  }

  get isAtEnd(): boolean {
    return this.#at >= this.source.length;
  }

  /** Whether this sign comes next; it is read if so. */
  takeSign(sign: string): boolean {
    if (!this.source.startsWith(sign, this.#at)) return false;
    this.#advance(sign.length);
    return true;
  }

  /** Whether this word comes next, as a word of its own; it is read if so. */
  takeWord(word: string): boolean {
    if (!this.source.startsWith(word, this.#at)) return false;
    if (/[\w.:/\\-]/.test(this.source[this.#at + word.length] ?? "")) return false;
    this.#advance(word.length);
    return true;
  }

  /** A name such as `attribute:ecs.instance-type`. */
  name(): string {
    return this.#match(/[\w.:/\\-]+/y) ?? this.#fail("a subject such as attribute:name is missing");
  }

  /** A literal value: up to a blank, a bracket, a comma or an operator, or in quotes. */
  value(): string {
    return this.#quoted() ?? this.#match(/(?:(?!&&|\|\|)[^\s()[\],'"])+/y) ?? this.#fail("an argument is missing");
  }

  /** A regular expression: up to a blank, a parenthesis or a Boolean operator, or in quotes. */
  pattern(): string {
    return this.#quoted() ?? this.#match(/(?:(?!&&|\|\|)[^\s()'"])+/y) ?? this.#fail("a pattern is missing");
  }

  fault(problem: string): Fault {
    const rest = this.source.slice(this.#at);
    const where = rest === "" ? "at the end" : `at '${rest.length > 20 ? `${rest.slice(0, 20)}...` : rest}'`;
    return invalidExpression(this.source, `${problem} ${where}`);
  }

  #fail(problem: string): never {
    throw this.fault(problem);
  }

  #quoted(): string | undefined {
    const quote = this.source[this.#at];
    if (quote !== "'" && quote !== '"') return undefined;
    const end = this.source.indexOf(quote, this.#at + 1);
    if (end < 0) throw this.fault("a quote is not closed");
    const text = this.source.slice(this.#at + 1, end);
    this.#advance(end + 1 - this.#at);
    return text;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.source)?.[0];
    if (text !== undefined) this.#advance(text.length);
    return text;
  }

  #advance(count: number): void {
    this.#at += count;
    this.#skipSpace();
  }

  #skipSpace(): void {
    while (/\s/.test(this.source[this.#at] ?? "")) this.#at++;
  }
}
