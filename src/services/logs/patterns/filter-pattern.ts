import { compileJson } from "./json.ts";
import { compileSpaceDelimited } from "./space-delimited.ts";
import { parseTerms } from "./terms.ts";

export { PatternError } from "./values.ts";

/** A filter pattern that finds fields in messages, too. */
export interface FilterPattern {
  readonly matches: (message: string) => boolean;
  /** The fields that the pattern names, by what it calls them (`$.user.id`, `$ip`), with their values. */
  readonly values: (message: string) => Readonly<Record<string, string>>;
  /** Reads what a metric takes from a message: `$.user.id`, `$ip`. Undefined: the pattern has no such field. */
  readonly reader: (selector: string) => ((message: string) => string | undefined) | undefined;
}

/**
 * Reads a filter pattern (CloudWatch Logs, "Filter pattern syntax") with its fields. An empty pattern matches
 * everything. Throws a `PatternError`. Matching takes time linear in the message.
 */
export function compileFilterPattern(text: string): FilterPattern {
  const pattern = text.trim();
  if (pattern.startsWith("{")) return compileJson(pattern);
  if (pattern.startsWith("[")) return compileSpaceDelimited(pattern);
  const matches = pattern === "" ? () => true : parseTerms(pattern);
  return { matches, values: () => ({}), reader: () => undefined };
}
