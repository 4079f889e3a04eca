import { RegexError } from "#kernel/regex/parse.ts";
import { compileRegex } from "#kernel/regex/regex.ts";
import { invalid } from "./handler.ts";

/** Refuses what is no regular expression. What can be matched in linear time is what the data plane can match too. */
export function checkRegex(regex: string): void {
  try {
    compileRegex(regex);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw invalid(`The regular expression '${regex}' is not valid: ${error.message}`);
  }
}
