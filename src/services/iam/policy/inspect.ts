import type { PolicyDocument } from "./document.ts";
import { variablesIn } from "./template.ts";

/** What the policy simulator tells of documents, apart from decisions. */

/** The condition keys that a document looks at, in conditions and as variables, as written, each once. */
export function contextKeysOf({ version, statements }: PolicyDocument): string[] {
  const keys = new Map<string, string>();
  const add = (key: string) => {
    if (!keys.has(key.toLowerCase())) keys.set(key.toLowerCase(), key);
  };
  for (const { conditions, resource, notResource } of statements) {
    for (const { key } of conditions) add(key);
    if (version === "2008-10-17") continue;
    const texts = [...(resource ?? notResource ?? []), ...conditions.flatMap(({ values }) => values)];
    for (const text of texts) for (const key of variablesIn(text)) add(key);
  }
  return [...keys.values()];
}

/** A place in a text; lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Span {
  readonly start: Position;
  /** Behind the last character. */
  readonly end: Position;
}

/** Where the statements of a document are in its text, in their order. The text must be a policy document. */
export function statementSpans(text: string): Span[] {
  const spans: Span[] = [];
  const opened: { readonly symbol: string; readonly at: number; readonly isStatement: boolean }[] = [];
  let key = "";
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    const [symbol] = token;
    if (symbol === "{" || symbol === "[") {
      // A statement is in the document itself, or in its list.
      const isAtTop = opened.length === 1 || (opened.length === 2 && opened[1]!.symbol === "[");
      opened.push({ symbol, at: token.index, isStatement: symbol === "{" && key === "Statement" && isAtTop });
      continue;
    }
    if (symbol === "}" || symbol === "]") {
      const { at, isStatement } = opened.pop()!;
      if (isStatement) spans.push({ start: positionOf(text, at), end: positionOf(text, token.index + 1) });
      continue;
    }
    if (opened.length === 1 && /^\s*:/.test(text.slice(token.index + symbol.length))) key = JSON.parse(symbol);
  }
  return spans;
}

function positionOf(text: string, at: number): Position {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
