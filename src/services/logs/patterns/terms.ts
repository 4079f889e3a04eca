import { PatternError, RegexQuota, Scanner } from "./values.ts";

/**
 * Terms: all must be in the message (`ERROR "two words"`), or any (`?ERROR ?WARN`), and none of the excluded
 * (`-DEBUG`). Next to terms that must be there, those with a question mark do not count. `%...%` stands for a regular
 * expression.
 */
export function parseTerms(text: string): (message: string) => boolean {
  const required: ((message: string) => boolean)[] = [];
  const optional: ((message: string) => boolean)[] = [];
  const excluded: ((message: string) => boolean)[] = [];
  const scanner = new Scanner(text);
  const quota = new RegexQuota();
  for (scanner.skipSpace(); !scanner.atEnd; scanner.skipSpace()) {
    const list = scanner.take("?") ? optional : scanner.take("-") ? excluded : required;
    list.push(readTerm(scanner, quota));
  }
  const isWanted = (message: string) =>
    required.length > 0
      ? required.every((holds) => holds(message))
      : optional.length === 0 || optional.some((holds) => holds(message));
  return (message) => isWanted(message) && !excluded.some((holds) => holds(message));
}

function readTerm(scanner: Scanner, quota: RegexQuota): (message: string) => boolean {
  if (scanner.rest.startsWith("%")) {
    const regex = quota.compile(scanner.regexSource());
    return (message) => regex.test(message);
  }
  if (scanner.rest.startsWith('"')) {
    const phrase = scanner.quoted();
    if (phrase === "") throw new PatternError(`Invalid filter pattern: Invalid character(s) in term '""'`);
    return (message) => message.includes(phrase);
  }
  const term = scanner.match(/[^\s"]+/) ?? "";
  // Letters of every script count as alphanumeric.
  if (!/^[\p{L}\p{N}_]+$/u.test(term)) {
    throw new PatternError(`Invalid filter pattern: Invalid character(s) in term '${term}'`);
  }
  return (message) => message.includes(term);
}
