import { compileRegex, type Regex, RegexError } from "#kernel/regex/regex.ts";

/** The filter pattern cannot be read; the message is the one that the caller is told. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

/** What a JSON field or a word is compared with. */
export type Comparison =
  | { readonly type: "text"; readonly equals: (text: string) => boolean; readonly number: number | undefined }
  | { readonly type: "regex"; readonly regex: Regex };

export type Operator = "=" | "!=" | "<" | ">" | "<=" | ">=";

/** The regular expressions of one pattern; there may be two. */
export class RegexQuota {
  #left = 2;

  /**
   * Reads an expression between `%` in the subset that CloudWatch Logs documents: ASCII letters, digits, blanks,
   * `_#=@/;,:-`, the operators `^$?[]{}|\*+.` and the escapes of those and of `d D s S w W xHH`.
   */
  compile(source: string): Regex {
    if (this.#left-- === 0) throw new PatternError("Invalid filter pattern: more than 2 regular expressions");
    const documented = /^(?:[\w#=@/;,: ^$?[\]{}|*+.-]|\\(?:[dDsSwW]|x[0-9A-Fa-f]{2}|[_#=@/;,: ^$?[\]{}|\\*+.-]))+$/;
    if (!documented.test(source)) throw new PatternError(`Invalid character(s) in term '%${source}%'`);
    try {
      return compileRegex(source);
    } catch (error) {
      if (error instanceof RegexError) throw new PatternError(`Invalid filter pattern: ${error.message}`);
      throw error;
    }
  }
}

/** A text to compare with, in which `*` stands for any characters; a number when it reads as one. */
function textComparison(text: string): Comparison {
  const number = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
  return { type: "text", equals: wildcard(text), number };
}

function wildcard(text: string): (candidate: string) => boolean {
  const parts = text.split("*");
  if (parts.length === 1) return (candidate) => candidate === text;
  const [first, last] = [parts[0]!, parts.at(-1)!];
  const inner = parts.slice(1, -1);
  return (candidate) => {
    if (candidate.length < first.length + last.length) return false;
    if (!candidate.startsWith(first) || !candidate.endsWith(last)) return false;
    let at = first.length;
    for (const part of inner) {
      const found = candidate.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= candidate.length - last.length;
  };
}

/** Whether a text (a word, a JSON string, or a JSON number as text) meets the comparison. */
export function meets(text: string, operator: Operator, comparison: Comparison): boolean {
  if (operator === "=") return equals(text, comparison);
  if (operator === "!=") return !equals(text, comparison);
  if (comparison.type === "regex" || comparison.number === undefined || text.trim() === "") return false;
  const number = Number(text);
  switch (operator) {
    case "<":
      return number < comparison.number;
    case ">":
      return number > comparison.number;
    case "<=":
      return number <= comparison.number;
    case ">=":
      return number >= comparison.number;
  }
}

function equals(text: string, comparison: Comparison): boolean {
  if (comparison.type === "regex") return comparison.regex.test(text);
  if (comparison.number !== undefined && text.trim() !== "" && Number(text) === comparison.number) return true;
  return comparison.equals(text);
}

/** Reads a pattern from left to right. */
export class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  get rest(): string {
    return this.#text.slice(this.#at);
  }

  skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? "x")) this.#at++;
  }

  /** Takes what a sticky expression matches here. */
  match(expression: RegExp): string | undefined {
    const sticky = new RegExp(expression.source, `${expression.flags}y`);
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  take(text: string): boolean {
    const found = this.#text.startsWith(text, this.#at);
    if (found) this.#at += text.length;
    return found;
  }

  expect(text: string): void {
    this.skipSpace();
    if (!this.take(text)) throw this.error();
  }

  /** What stands between two quotation marks; a backslash takes the next character as it is. */
  quoted(quote = '"'): string {
    this.expect(quote);
    let text = "";
    for (;;) {
      const char = this.#text[this.#at++];
      if (char === undefined) throw this.error();
      if (char === quote) return text;
      text += char === "\\" ? (this.#text[this.#at++] ?? "") : char;
    }
  }

  /** What stands between two `%`. */
  regexSource(): string {
    this.expect("%");
    const end = this.#text.indexOf("%", this.#at);
    if (end < 0) throw this.error();
    const source = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return source;
  }

  operator(): Operator | undefined {
    this.skipSpace();
    return this.match(/!=|<=|>=|=(?!=)|<|>/) as Operator | undefined;
  }

  /** A quoted text, a regular expression or a bare word. */
  comparison(quota: RegexQuota, bareWord: RegExp): Comparison {
    this.skipSpace();
    if (this.rest.startsWith('"')) return textComparison(this.quoted());
    if (this.rest.startsWith("%")) return { type: "regex", regex: quota.compile(this.regexSource()) };
    const word = this.match(bareWord);
    if (word === undefined || word === "") throw this.error();
    return textComparison(word);
  }

  error(): PatternError {
    return new PatternError("Invalid filter pattern");
  }
}

/** Conditions joined by `&&` (first) and `||`, with parentheses where `group` reads them. */
export function readDisjunction<T>(scanner: Scanner, readOne: () => (subject: T) => boolean): (subject: T) => boolean {
  const either = [readConjunction(scanner, readOne)];
  while (skipAndTake(scanner, "||")) either.push(readConjunction(scanner, readOne));
  return either.length === 1 ? either[0]! : (subject) => either.some((holds) => holds(subject));
}

function readConjunction<T>(scanner: Scanner, readOne: () => (subject: T) => boolean): (subject: T) => boolean {
  const all = [readOne()];
  while (skipAndTake(scanner, "&&")) all.push(readOne());
  return all.length === 1 ? all[0]! : (subject) => all.every((holds) => holds(subject));
}

function skipAndTake(scanner: Scanner, text: string): boolean {
  scanner.skipSpace();
  return scanner.take(text);
}
