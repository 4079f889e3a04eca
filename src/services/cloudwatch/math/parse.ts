/**
 * Metric math as "Using metric math" of the CloudWatch user guide describes it: `SUM([m1, m2]) / PERIOD(m1)`,
 * `IF(errors / requests > 0.05, 1, 0)`, `FILL(METRICS(), 0)`.
 */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "text"; readonly value: string }
  /** A metric or an expression by its id. */
  | { readonly kind: "reference"; readonly id: string }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "call"; readonly name: string; readonly arguments: readonly Expression[] }
  | { readonly kind: "negative"; readonly of: Expression }
  | {
      readonly kind: "operation";
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    };

export type Operator = "+" | "-" | "*" | "/" | "^" | "<" | ">" | "<=" | ">=" | "==" | "!=" | "AND" | "OR";

/** The expression is none; the message says where and what was expected. */
export class MathSyntaxError extends Error {
  override readonly name = "MathSyntaxError";
}

/** From the weakest to the strongest. */
const precedence: readonly (readonly Operator[])[] = [
  ["OR"],
  ["AND"],
  ["<", ">", "<=", ">=", "==", "!="],
  ["+", "-"],
  ["*", "/"],
  ["^"],
];

const number = String.raw`(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)`;
const quotation = String.raw`("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')`;
const sign = String.raw`(<=|>=|==|!=|&&|\|\||[-+*/^<>()[\],])`;
const tokenPattern = new RegExp(String.raw`\s*(?:${number}|${quotation}|([A-Za-z_]\w*)|${sign})`, "y");

interface Token {
  readonly kind: "number" | "text" | "word" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

/** The expressions that a text may nest: deeper ones are refused, whoever wrote them. */
const deepest = 50;

/** Throws a `MathSyntaxError`. */
export function parseMath(text: string): Expression {
  return new Parser(tokensOf(text)).whole();
}

/** The ids that an expression refers to, each once. */
export function referencesOf(expression: Expression): string[] {
  const found = new Set<string>();
  const visit = (each: Expression): void => {
    if (each.kind === "reference") found.add(each.id);
    for (const child of childrenOf(each)) visit(child);
  };
  visit(expression);
  return [...found];
}

export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "list":
      return expression.items;
    case "call":
      return expression.arguments;
    case "negative":
      return [expression.of];
    case "operation":
      return [expression.left, expression.right];
    default:
      return [];
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  const length = text.trimEnd().length;
  while (pattern.lastIndex < length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null)
      throw new MathSyntaxError(`Unexpected character at position ${at + 1}: ${text.slice(at, at + 10)}`);
    const [, digits, quoted, word, mark] = match;
    if (digits !== undefined) tokens.push({ kind: "number", text: digits, at });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: unquoted(quoted), at });
    else if (word !== undefined && /^(AND|OR)$/.test(word)) tokens.push({ kind: "sign", text: word, at });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, at });
    else tokens.push({ kind: "sign", text: { "&&": "AND", "||": "OR" }[mark!] ?? mark!, at });
  }
  tokens.push({ kind: "end", text: "", at: length });
  return tokens;
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, "$1");
}

class Parser {
  private readonly tokens: readonly Token[];
  private next = 0;
  private depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  whole(): Expression {
    const expression = this.binary(0);
    if (this.token.kind !== "end") throw this.unexpected();
    return expression;
  }

  private get token(): Token {
    return this.tokens[this.next]!;
  }

  private binary(level: number): Expression {
    const operators = precedence[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const { kind, text } = this.token;
      const operator = kind === "sign" ? operators.find((each) => each === text) : undefined;
      if (operator === undefined) return left;
      this.next++;
      left = { kind: "operation", operator, left, right: this.binary(level + 1) };
    }
  }

  private unary(): Expression {
    if (++this.depth > deepest) throw new MathSyntaxError("The expression is nested too deeply");
    try {
      if (!this.takes("-")) return this.primary();
      return { kind: "negative", of: this.unary() };
    } finally {
      this.depth--;
    }
  }

  private primary(): Expression {
    const token = this.token;
    this.next++;
    switch (token.kind) {
      case "number":
        return { kind: "number", value: Number(token.text) };
      case "text":
        return { kind: "text", value: token.text };
      case "word":
        if (!this.takes("(")) {
          // Ids begin with a small letter, words like `REPEAT` and `DESC` do not.
          const isId = /^[a-z]/.test(token.text);
          return isId ? { kind: "reference", id: token.text } : { kind: "text", value: token.text };
        }
        return { kind: "call", name: token.text.toUpperCase(), arguments: this.items(")") };
      case "sign":
        if (token.text === "[") return { kind: "list", items: this.items("]") };
        if (token.text === "(") {
          const inner = this.binary(0);
          this.expect(")");
          return inner;
        }
    }
    this.next--;
    throw this.unexpected();
  }

  private items(end: string): Expression[] {
    const items: Expression[] = [];
    if (this.takes(end)) return items;
    do items.push(this.binary(0));
    while (this.takes(","));
    this.expect(end);
    return items;
  }

  private takes(sign: string): boolean {
    const { kind, text } = this.token;
    if (kind !== "sign" || text !== sign) return false;
    this.next++;
    return true;
  }

  private expect(sign: string): void {
    if (!this.takes(sign)) throw this.unexpected(sign);
  }

  private unexpected(wanted?: string): MathSyntaxError {
    const { kind, text, at } = this.token;
    const found = kind === "end" ? "end of the expression" : `"${text}" at position ${at + 1}`;
    return new MathSyntaxError(`Unexpected ${found}${wanted ? `, expected "${wanted}"` : ""}`);
  }
}
