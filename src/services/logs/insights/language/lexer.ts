import { QueryError } from "./query-error.ts";

/** `text` is what is meant: a string without its quotation marks, a name without its backticks. */
export interface Token {
  readonly type: "name" | "number" | "duration" | "string" | "regex" | "symbol" | "end";
  readonly text: string;
  /** A name in backticks is no keyword. */
  readonly isQuoted: boolean;
  readonly start: number;
  readonly end: number;
}

const space = /(?:\s|#[^\n]*)*/y;
const name = /(?:[\p{L}_@$][\p{L}\p{N}_@$]*|`[^`]+`)(?:\.(?:[\p{L}\p{N}_@$]+|`[^`]+`))*/uy;
const duration = /\d+[a-zA-Z]+/y;
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_])/uy;
const string = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/sy;
const regex = /\/((?:[^/\\]|\\.)+)\//sy;
const symbol = /=~|!=|<=|>=|[|,()[\]=<>+\-*/%^]/y;

/** The tokens of a query, one after another as a parser asks for them. Comments go from `#` to the end of the line. */
export class Lexer {
  readonly source: string;
  #at = 0;
  #next: Token | undefined;
  /** Where the last token that was taken ends. */
  lastEnd = 0;

  constructor(source: string) {
    this.source = source;
  }

  peek(): Token {
    this.#next ??= this.#read();
    return this.#next;
  }

  next(): Token {
    const token = this.peek();
    this.#next = undefined;
    this.#at = token.end;
    this.lastEnd = token.end;
    return token;
  }

  /** A regular expression between slashes, where one may stand: elsewhere a slash divides. Undefined: none is there. */
  regex(): Token | undefined {
    this.#next = undefined;
    const start = this.#skip(this.#at);
    const found = this.#match(regex, start);
    if (found === undefined) return undefined;
    this.#at = start + found[0].length;
    this.lastEnd = this.#at;
    // A slash is escaped because it would end the expression: no more is meant by it.
    return { type: "regex", text: found[1]!.replaceAll("\\/", "/"), isQuoted: false, start, end: this.#at };
  }

  #read(): Token {
    const start = this.#skip(this.#at);
    const token = (type: Token["type"], text: string, length: number, isQuoted = false): Token => ({
      ...{ type, text, isQuoted, start, end: start + length },
    });
    if (start >= this.source.length) return token("end", "", 0);
    const word = this.#match(name, start)?.[0];
    if (word !== undefined) return token("name", word.replaceAll("`", ""), word.length, word.startsWith("`"));
    for (const [type, pattern] of [["number", number] as const, ["duration", duration] as const]) {
      const found = this.#match(pattern, start)?.[0];
      if (found !== undefined) return token(type, found, found.length);
    }
    const quoted = this.#match(string, start);
    if (quoted !== undefined) return token("string", unescaped(quoted[1] ?? quoted[2]!), quoted[0].length);
    const sign = this.#match(symbol, start)?.[0];
    if (sign !== undefined) return token("symbol", sign, sign.length);
    throw unexpected(this.source, { start, end: start + 1 });
  }

  #skip(at: number): number {
    return at + (this.#match(space, at)?.[0].length ?? 0);
  }

  #match(pattern: RegExp, at: number): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.source) ?? undefined;
  }
}

function unescaped(text: string): string {
  const controls: Record<string, string> = { n: "\n", t: "\t", r: "\r" };
  return text.replace(
    /\\(.)/gs,
    (_whole, char: string) => controls[char] ?? (/["'\\*]/.test(char) ? char : `\\${char}`),
  );
}

/** What is said of something that cannot stand where it does. */
export function unexpected(source: string, at: { readonly start: number; readonly end: number }): QueryError {
  const before = source.slice(0, at.start).split("\n");
  const place = `at line ${before.length} and position ${before.at(-1)!.length + 1}`;
  if (at.start >= source.length) return new QueryError(`unexpected end of query ${place}`, at);
  return new QueryError(`unexpected symbol found ${source.slice(at.start, at.end)} ${place}`, at);
}
