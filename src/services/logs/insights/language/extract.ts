import { compileCaptures } from "#kernel/regex/captures.ts";
import { RegexError } from "#kernel/regex/regex.ts";
import type { Command } from "./ast.ts";
import { QueryError } from "./query-error.ts";
import { type FieldName, fieldName, type Row } from "./row.ts";
import { toText } from "./values.ts";

/** What `parse` takes out of a text: the names of new fields, and their values. */
export interface Extraction {
  readonly names: readonly string[];
  readonly apply: (row: Row) => void;
}

type Parse = Command & { readonly type: "parse" };

/** The command as a function that sets its fields on a row; where it does not match it sets none. */
export function compileExtraction(command: Parse): Extraction {
  const field = fieldName(command.field);
  const { names, match } = command.pattern.kind === "regex" ? regexMatcher(command) : globMatcher(command);
  const fields: readonly FieldName[] = names.map(fieldName);
  return {
    names,
    apply(row) {
      const text = toText(row.get(field));
      const values = text === undefined ? undefined : match(text);
      if (values === undefined) return;
      for (let i = 0; i < fields.length; i++) row.set(fields[i]!, values[i]);
    },
  };
}

interface TextMatcher {
  readonly names: readonly string[];
  readonly match: (text: string) => readonly (string | undefined)[] | undefined;
}

function regexMatcher({ pattern }: Parse): TextMatcher {
  try {
    const captures = compileCaptures(pattern.text);
    if (captures.names.length > 0) return captures;
  } catch (error) {
    if (error instanceof RegexError) throw new QueryError(`invalid regular expression: ${error.message}`, pattern);
    throw error;
  }
  throw new QueryError("parse needs a regular expression with named groups, such as (?<name>.*)", pattern);
}

/**
 * An asterisk takes as little as it can, the last one all that is left. The pattern need not begin where the text does,
 * unless it begins with an asterisk.
 */
function globMatcher({ pattern, names }: Parse): TextMatcher {
  const parts = pattern.text.split("*");
  const first = parts[0]!;
  const match = (text: string) => {
    const found = text.indexOf(first);
    if (found < 0) return undefined;
    let at = found + first.length;
    const values: string[] = [];
    for (const [i, part] of parts.entries()) {
      if (i === 0) continue;
      const isOpen = i === parts.length - 1 && part === "";
      const end = isOpen ? text.length : text.indexOf(part, at);
      if (end < 0) return undefined;
      values.push(text.slice(at, end));
      at = end + part.length;
    }
    return values;
  };
  return { names, match };
}
