import type { Command, Located, Named, Pattern, SortKey } from "./ast.ts";
import { Lexer } from "./lexer.ts";
import { ExpressionParser } from "./parse-expression.ts";
import { QueryError } from "./query-error.ts";

/** Commands of the language that there are on AWS and not here, and why. */
const refused = new Map(
  Object.entries({
    anomaly: "there is no detection of anomalies",
    diff: "there is no comparison with an earlier time",
    filterindex: "there are no field indexes",
    join: "one query reads its own log groups",
    lookup: "there are no lookup tables",
    pattern: "there is no search for patterns",
    source: "name the log groups in logGroupNames or logGroupIdentifiers",
    subqueries: "there are no subqueries",
    unmask: "no data is masked",
    unnest: "fields of lists are named by their places: list.0",
  }),
);
const most = 100_000;

/**
 * Reads a query in Logs Insights QL ("CloudWatch Logs Insights language query syntax") into its commands. An empty
 * query has none. Throws a `QueryError`.
 */
export function parseQuery(source: string): Command[] {
  const parser = new CommandParser(new Lexer(source));
  return parser.parse();
}

class CommandParser {
  readonly #lexer: Lexer;
  readonly #expressions: ExpressionParser;

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
    this.#expressions = new ExpressionParser(lexer);
  }

  parse(): Command[] {
    if (this.#lexer.peek().type === "end") return [];
    const commands: Command[] = [];
    do commands.push(this.#command());
    while (this.#expressions.takeSymbol("|"));
    const rest = this.#lexer.peek();
    if (rest.type !== "end") throw this.#expressions.error(rest);
    return commands;
  }

  #command(): Command {
    const token = this.#lexer.next();
    if (token.type !== "name" || token.isQuoted) throw this.#expressions.error(token);
    const word = token.text.toLowerCase();
    const read = this.#readers.get(word);
    if (read === undefined) {
      const reason = refused.get(word);
      if (reason === undefined) throw this.#expressions.error(token);
      throw new QueryError(`the command ${word} is not supported: ${reason}`, token);
    }
    const command = read();
    return { ...command, start: token.start, end: this.#lexer.lastEnd };
  }

  readonly #readers = new Map<string, () => CommandBody>(
    Object.entries({
      fields: () => ({ type: "fields", items: this.#named() }),
      display: () => ({ type: "display", items: this.#named() }),
      filter: () => ({ type: "filter", condition: this.#expressions.parse() }),
      stats: () => ({ type: "stats", items: this.#named(), by: this.#expressions.takeWord("by") ? this.#named() : [] }),
      sort: () => ({ type: "sort", keys: this.#sortKeys() }),
      limit: () => ({ type: "limit", count: this.#limit() }),
      dedup: () => ({ type: "dedup", fields: this.#names() }),
      parse: () => this.#parse(),
    }),
  );

  #named(): Named[] {
    return this.#list(() => {
      const expression = this.#expressions.parse();
      const { start, end } = expression;
      const given = this.#expressions.takeWord("as") ? this.#name() : undefined;
      const own = expression.type === "field" ? expression.name : this.#lexer.source.slice(start, end);
      return { name: given ?? own, expression, start, end: this.#lexer.lastEnd };
    });
  }

  #sortKeys(): SortKey[] {
    return this.#list(() => {
      const expression = this.#expressions.parse();
      const isDescending = this.#expressions.takeWord("desc");
      if (!isDescending) this.#expressions.takeWord("asc");
      return { expression, isDescending };
    });
  }

  #limit(): number {
    const token = this.#lexer.next();
    const count = Number(token.text);
    if (token.type !== "number" || !Number.isInteger(count)) throw this.#expressions.error(token);
    if (count < 1 || count > most) throw new QueryError(`limit must be from 1 to ${most}`, token);
    return count;
  }

  #parse(): CommandBody {
    const { start } = this.#lexer.peek();
    const field = this.#lexer.peek().type === "name" ? this.#name() : "@message";
    const pattern = this.#expressions.pattern();
    const as = this.#expressions.takeWord("as");
    const names = as ? this.#names() : [];
    if (pattern.kind === "regex" && as) throw new QueryError("a regular expression names its groups itself", pattern);
    if (pattern.kind === "text") checkAsterisks(pattern, names, { start, end: this.#lexer.lastEnd });
    return { type: "parse", field, pattern, names };
  }

  #names(): string[] {
    return this.#list(() => this.#name());
  }

  #name(): string {
    const token = this.#lexer.next();
    if (token.type !== "name") throw this.#expressions.error(token);
    return token.text;
  }

  #list<T>(read: () => T): T[] {
    const items: T[] = [];
    do items.push(read());
    while (this.#expressions.takeSymbol(","));
    return items;
  }
}

type WithoutPlace<T> = T extends unknown ? Omit<T, keyof Located> : never;
type CommandBody = WithoutPlace<Command>;

function checkAsterisks({ text }: Pattern, names: readonly string[], at: Located): void {
  const wanted = text.split("*").length - 1;
  if (wanted === names.length && wanted > 0) return;
  throw new QueryError(`parse has ${wanted} wildcards and ${names.length} names for them`, at);
}
