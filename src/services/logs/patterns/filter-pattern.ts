import { compileJson } from "./json.ts";
import { compileSpaceDelimited } from "./space-delimited.ts";
import { parseTerms } from "./terms.ts";

export { PatternError } from "./values.ts";

/** A filter pattern that finds fields in messages, too. */
export interface FilterPattern extends PatternWithFields {
  readonly matches: (message: string) => boolean;
}

export interface PatternWithFields {
  /** Undefined: the pattern does not match this message. */
  readonly match: (message: string) => Match | undefined;
  /** Whether matches have a field of this name, which a metric takes from messages: `$.user.id`, `$ip`. */
  readonly hasField: (selector: string) => boolean;
}

/** A message that a pattern matches, taken apart once for all that is read from it. */
export interface Match {
  /** The fields that the pattern names, by what it calls them (`$.user.id`, `$ip`), with their values. */
  readonly values: () => Readonly<Record<string, string>>;
  /** A field that the pattern has; undefined: the message has no such value. */
  readonly field: (selector: string) => string | undefined;
}

/** Of patterns that have no fields. */
export const matchWithoutFields: Match = { values: () => ({}), field: () => undefined };

/**
 * Reads a filter pattern (CloudWatch Logs, "Filter pattern syntax") with its fields. An empty pattern matches
 * everything. Throws a `PatternError`. Matching takes time linear in the message.
 */
export function compileFilterPattern(text: string): FilterPattern {
  const pattern = text.trim();
  if (pattern.startsWith("{")) return withMatches(compileJson(pattern));
  if (pattern.startsWith("[")) return withMatches(compileSpaceDelimited(pattern));
  const matches = pattern === "" ? () => true : parseTerms(pattern);
  return { matches, match: (message) => (matches(message) ? matchWithoutFields : undefined), hasField: () => false };
}

function withMatches(pattern: PatternWithFields): FilterPattern {
  return { ...pattern, matches: (message) => pattern.match(message) !== undefined };
}
