/** What a text is refused with, in the words of the library that AWS reads event patterns with. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

export type Token = "{" | "}" | "[" | "]" | "name" | "string" | "number" | "true" | "false" | "null" | "end";

const shownSource = 500;
const stringForm = /"(?:[^"\\]|\\.)*"/suy;
const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const wordForm = /[\p{L}\p{N}_$]+/uy;

/** A value of which the beginning has been read. */
interface Begun {
  readonly token: Token;
  readonly text: string;
  /** Where a string ends. */
  readonly end: number;
}

/**
 * Reads JSON token by token and tells, as AWS does, where it was when something was wrong: behind the last token, but
 * behind a name already past the beginning of its value, and in a string that was not asked for at its beginning.
 */
export class TokenReader {
  readonly #source: string;
  readonly #open: ("{" | "[")[] = [];
  /** Up to where the text has been read. */
  #at = 0;
  #last: Begun | undefined;
  /** The value of the name given last. */
  #pending: Begun | undefined;
  #isFirst = true;

  constructor(source: string) {
    this.#source = source;
  }

  /** The name, the text of the string, or what else the last token was, as it was written. */
  text(): string {
    this.#finishString();
    return this.#last!.text;
  }

  next(): Token {
    const pending = this.#pending;
    if (pending !== undefined) {
      this.#pending = undefined;
      return this.#enter(pending);
    }
    this.#finishString();
    this.#skipSpace();
    const inside = this.#open.at(-1);
    if (inside === undefined) return this.#at === this.#source.length ? "end" : this.#enter(this.#value());
    const close = inside === "{" ? "}" : "]";
    if (this.#source[this.#at] === close) return this.#leave(close);
    if (!this.#isFirst) this.#expect(",", `was expecting comma to separate ${this.#container()} entries`);
    this.#skipSpace();
    return inside === "{" ? this.#name() : this.#enter(this.#value());
  }

  /** An error that says where it was. */
  error(message: string, at = this.#at): PatternError {
    const before = this.#source.slice(0, at).split("\n");
    const rest = this.#source.length - shownSource;
    const shown = rest > 0 ? `${this.#source.slice(0, shownSource)}"[truncated ${rest} chars]` : `${this.#source}"`;
    const place = `line: ${before.length}, column: ${before.at(-1)!.length + 1}`;
    return new PatternError(`${message}\n at [Source: (String)"${shown}; ${place}]`);
  }

  #enter(value: Begun): Token {
    this.#last = value;
    this.#isFirst = value.token === "{" || value.token === "[";
    if (value.token === "{" || value.token === "[") this.#open.push(value.token);
    return value.token;
  }

  #leave(token: "}" | "]"): Token {
    this.#at++;
    this.#open.pop();
    this.#isFirst = false;
    this.#last = { token, text: token, end: this.#at };
    return token;
  }

  #name(): Token {
    if (this.#source[this.#at] !== '"') throw this.#unexpected("was expecting double-quote to start field name");
    const { text, end } = this.#string();
    this.#at = end;
    this.#skipSpace();
    this.#expect(":", "was expecting a colon to separate field name and value");
    this.#skipSpace();
    this.#pending = this.#value();
    this.#last = { token: "name", text, end };
    return "name";
  }

  #finishString(): void {
    if (this.#last?.token === "string") this.#at = Math.max(this.#at, this.#last.end);
  }

  #value(): Begun {
    const first = this.#source[this.#at];
    if (first === "{" || first === "[") {
      this.#at++;
      return { token: first, text: first, end: this.#at };
    }
    if (first === '"') {
      const string = this.#string();
      this.#at++;
      return string;
    }
    const number = this.#match(numberForm);
    if (number === undefined) return this.#word();
    this.#at += number.length;
    return { token: "number", text: number, end: this.#at };
  }

  #word(): Begun {
    const word = this.#match(wordForm) ?? "";
    const values = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
    if (word === "") throw this.#unexpected(`expected a valid value ${values}`);
    this.#at += word.length;
    if (word !== "true" && word !== "false" && word !== "null") {
      throw this.error(`Unrecognized token '${word}': was expecting ${values}`);
    }
    return { token: word, text: word, end: this.#at };
  }

  /** The string that begins here; it is not passed yet. */
  #string(): Begun {
    const literal = this.#match(stringForm);
    if (literal === undefined) {
      const message = "Unexpected end-of-input: was expecting closing quote for a string value";
      throw this.error(message, this.#source.length);
    }
    try {
      return { token: "string", text: JSON.parse(literal) as string, end: this.#at + literal.length };
    } catch {
      // A control character, or an escape that JSON does not have.
      throw this.error("Illegal character or unrecognized character escape in a string", this.#at + literal.length);
    }
  }

  #match(form: RegExp): string | undefined {
    form.lastIndex = this.#at;
    return form.exec(this.#source)?.[0];
  }

  #expect(char: string, otherwise: string): void {
    if (this.#source[this.#at] !== char) throw this.#unexpected(otherwise);
    this.#at++;
  }

  #skipSpace(): void {
    while (" \t\r\n".includes(this.#source[this.#at] ?? "x")) this.#at++;
  }

  #container(): string {
    return this.#open.at(-1) === "{" ? "Object" : "Array";
  }

  #unexpected(expected: string): PatternError {
    const char = this.#source[this.#at];
    if (char !== undefined) {
      return this.error(`Unexpected character ('${char}' (code ${char.charCodeAt(0)})): ${expected}`);
    }
    const message = "Unexpected end-of-input";
    return this.error(this.#open.length === 0 ? message : `${message}: expected close marker for ${this.#container()}`);
  }
}
