import { parseJson } from "./json.ts";
import { parseSpaceDelimited } from "./space-delimited.ts";
import { parseTerms } from "./terms.ts";

export { PatternError } from "./values.ts";

/**
 * Reads a filter pattern (CloudWatch Logs, "Filter pattern syntax") into the test of a message. An empty pattern is
 * undefined: it matches everything. Throws a `PatternError`. Matching takes time linear in the message.
 */
export function parseFilterPattern(text: string): ((message: string) => boolean) | undefined {
  const pattern = text.trim();
  if (pattern === "") return undefined;
  if (pattern.startsWith("{")) return parseJson(pattern);
  if (pattern.startsWith("[")) return parseSpaceDelimited(pattern);
  return parseTerms(pattern);
}
