import type { BinaryOperator, Expression, Located, Pattern, TimeUnit } from "./ast.ts";
import { type Lexer, type Token, unexpected } from "./lexer.ts";
import { QueryError } from "./query-error.ts";

/** Binary operators by how strongly they bind, the weakest first. */
const levels: readonly (readonly string[])[] = [["or"], ["and"], [], ["+", "-"], ["*", "/", "%"]];
const notLevel = 2;
const comparisons = ["=", "!=", "<", "<=", ">", ">="];
const deepest = 400;

const units: ReadonlyMap<string, TimeUnit> = new Map([
  ...([
    ["ms", "ms"],
    ["msec", "ms"],
    ["s", "s"],
    ["sec", "s"],
    ["m", "m"],
    ["min", "m"],
  ] as const),
  ...([
    ["h", "h"],
    ["hr", "h"],
    ["d", "d"],
    ["w", "w"],
    ["mo", "mo"],
    ["mon", "mo"],
  ] as const),
  ...([
    ["q", "q"],
    ["qtr", "q"],
    ["y", "y"],
    ["yr", "y"],
  ] as const),
]);

/** Reads expressions: `or`, `and`, `not`, comparisons, sums, products, powers, calls, fields and literals. */
export class ExpressionParser {
  readonly #lexer: Lexer;
  #depth = 0;

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
  }

  parse(): Expression {
    return this.#level(0);
  }

  #level(level: number): Expression {
    if (this.#depth > deepest) throw this.error(this.#lexer.peek());
    if (level === levels.length) return this.#power();
    if (level === notLevel) return this.#not();
    this.#depth++;
    let left = this.#level(level + 1);
    for (let operator = this.#takeOneOf(levels[level]!); operator; operator = this.#takeOneOf(levels[level]!)) {
      const right = this.#level(level + 1);
      left = { type: "binary", operator: operator as BinaryOperator, left, right, ...span(left, right) };
    }
    this.#depth--;
    return left;
  }

  #not(): Expression {
    const { start } = this.#lexer.peek();
    if (!this.takeWord("not")) return this.#comparison();
    this.#depth++;
    const item = this.#level(notLevel);
    this.#depth--;
    return { type: "unary", operator: "not", item, start, end: item.end };
  }

  #comparison(): Expression {
    const left = this.#level(notLevel + 1);
    const operator = this.#takeOneOf(comparisons);
    if (operator !== undefined) {
      const right = this.#level(notLevel + 1);
      return { type: "binary", operator: operator as BinaryOperator, left, right, ...span(left, right) };
    }
    const isNegated = this.#takeNegation();
    const tested = this.#tested(left);
    if (tested === undefined) return left;
    return isNegated ? { type: "unary", operator: "not", item: tested, ...span(left, tested) } : tested;
  }

  /** `not` before `like` and `in`; elsewhere it begins a condition and cannot stand behind a value. */
  #takeNegation(): boolean {
    if (!this.takeWord("not")) return false;
    const next = this.#lexer.peek();
    if (isWord(next, "like") || isWord(next, "in")) return true;
    throw this.error(next);
  }

  #tested(item: Expression): Expression | undefined {
    if (this.takeWord("like") || this.takeSymbol("=~")) {
      const pattern = this.pattern();
      return { type: "like", item, pattern, ...span(item, pattern) };
    }
    if (!this.takeWord("in")) return undefined;
    this.expectSymbol("[");
    const list: Expression[] = [];
    do list.push(this.#level(notLevel + 1));
    while (this.takeSymbol(","));
    this.expectSymbol("]");
    return { type: "in", item, list, start: item.start, end: this.#lexer.lastEnd };
  }

  /** A string or a regular expression between slashes. */
  pattern(): Pattern {
    const regex = this.#lexer.regex();
    if (regex !== undefined) return { kind: "regex", text: regex.text, start: regex.start, end: regex.end };
    const token = this.#lexer.next();
    if (token.type !== "string") throw this.error(token);
    return { kind: "text", text: token.text, start: token.start, end: token.end };
  }

  #power(): Expression {
    const base = this.#unary();
    if (!this.takeSymbol("^")) return base;
    this.#depth++;
    const right = this.#level(levels.length);
    this.#depth--;
    return { type: "binary", operator: "^", left: base, right, ...span(base, right) };
  }

  #unary(): Expression {
    const { start } = this.#lexer.peek();
    if (!this.takeSymbol("-")) return this.#primary();
    if (this.#depth > deepest) throw this.error(this.#lexer.peek());
    this.#depth++;
    const item = this.#unary();
    this.#depth--;
    return { type: "unary", operator: "-", item, start, end: item.end };
  }

  #primary(): Expression {
    const token = this.#lexer.next();
    const { start, end } = token;
    if (token.type === "number") return { type: "literal", value: Number(token.text), start, end };
    if (token.type === "string") return { type: "literal", value: token.text, start, end };
    if (token.type === "duration") return this.#duration(token);
    if (token.type === "symbol" && token.text === "(") {
      const inner = this.#level(0);
      this.expectSymbol(")");
      return { ...inner, start, end: this.#lexer.lastEnd };
    }
    if (token.type !== "name") throw this.error(token);
    if (!token.isQuoted && this.takeSymbol("(")) return this.#call(token);
    if (!token.isQuoted && /^(true|false)$/i.test(token.text)) {
      return { type: "literal", value: token.text.toLowerCase() === "true", start, end };
    }
    return this.#field(token);
  }

  /** A field, or an element of a list: `list[0]` is another way to write `list.0`. */
  #field(token: Token): Expression {
    let name = token.text;
    while (isSymbol(this.#lexer.peek(), "[") && this.#lexer.peek().start === this.#lexer.lastEnd) {
      this.#lexer.next();
      const index = this.#lexer.next();
      if (index.type !== "number" || !/^\d+$/.test(index.text)) throw this.error(index);
      this.expectSymbol("]");
      name += `.${index.text}`;
    }
    return { type: "field", name, start: token.start, end: this.#lexer.lastEnd };
  }

  #call({ text, start }: Token): Expression {
    const args: Expression[] = [];
    if (!this.takeSymbol(")")) {
      do args.push(this.#argument());
      while (this.takeSymbol(","));
      this.expectSymbol(")");
    }
    return { type: "call", name: text.toLowerCase(), args, start, end: this.#lexer.lastEnd };
  }

  #argument(): Expression {
    const token = this.#lexer.peek();
    if (!isSymbol(token, "*")) return this.#level(0);
    this.#lexer.next();
    return { type: "all", start: token.start, end: token.end };
  }

  #duration(token: Token): Expression {
    const [, amount = "", unit = ""] = /^(\d+)(.+)$/.exec(token.text) ?? [];
    const known = units.get(unit);
    if (known === undefined || Number(amount) === 0) {
      throw new QueryError(`invalid period ${token.text}: units are ${[...units.keys()].join(", ")}`, token);
    }
    return { type: "duration", amount: Number(amount), unit: known, start: token.start, end: token.end };
  }

  #takeOneOf(operators: readonly string[]): string | undefined {
    const token = this.#lexer.peek();
    const isOperator = token.type === "symbol" || (token.type === "name" && !token.isQuoted);
    const found = isOperator ? operators.find((operator) => operator === token.text.toLowerCase()) : undefined;
    if (found !== undefined) this.#lexer.next();
    return found;
  }

  takeWord(word: string): boolean {
    if (!isWord(this.#lexer.peek(), word)) return false;
    this.#lexer.next();
    return true;
  }

  takeSymbol(text: string): boolean {
    if (!isSymbol(this.#lexer.peek(), text)) return false;
    this.#lexer.next();
    return true;
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw this.error(this.#lexer.peek());
  }

  error(at: Located): QueryError {
    return unexpected(this.#lexer.source, at);
  }
}

function span(first: Located, last: Located): Located {
  return { start: first.start, end: last.end };
}

function isWord(token: Token, word: string): boolean {
  return token.type === "name" && !token.isQuoted && token.text.toLowerCase() === word;
}

function isSymbol(token: Token, text: string): boolean {
  return token.type === "symbol" && token.text === text;
}
