import type { StateValue } from "#generated/cloudwatch/types.ts";

/** The rule of a composite alarm: `ALARM("a") AND (OK(b) OR NOT INSUFFICIENT_DATA(c))`, `TRUE`, `FALSE`. */
export type AlarmRule =
  | { readonly kind: "state"; readonly state: StateValue; readonly alarm: string }
  | { readonly kind: "constant"; readonly value: boolean }
  | { readonly kind: "not"; readonly of: AlarmRule }
  | { readonly kind: "and" | "or"; readonly left: AlarmRule; readonly right: AlarmRule };

/** The text is no rule; the message says where. */
export class RuleSyntaxError extends Error {
  override readonly name = "RuleSyntaxError";
}

const states: readonly StateValue[] = ["ALARM", "OK", "INSUFFICIENT_DATA"];
const tokenPattern =
  /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"((?:[^"\\]|\\.)*)"|([^()"\s]+))\s*\)|(\w+)|([()]))/y;

type Token =
  | { readonly kind: "state"; readonly state: StateValue; readonly alarm: string; readonly at: number }
  | { readonly kind: "word" | "end"; readonly text: string; readonly at: number };

/** Throws a `RuleSyntaxError`. Alarms are named by their names or ARNs. */
export function parseRule(text: string): AlarmRule {
  const tokens = tokensOf(text);
  let next = 0;
  const token = (): Token => tokens[next]!;
  const takes = (word: string): boolean => {
    const { kind } = token();
    if (kind !== "word" || (token() as { text: string }).text !== word) return false;
    next++;
    return true;
  };
  const either = (): AlarmRule => {
    let left = both();
    while (takes("OR")) left = { kind: "or", left, right: both() };
    return left;
  };
  const both = (): AlarmRule => {
    let left = one();
    while (takes("AND")) left = { kind: "and", left, right: one() };
    return left;
  };
  const one = (): AlarmRule => {
    if (takes("NOT")) return { kind: "not", of: one() };
    if (takes("TRUE")) return { kind: "constant", value: true };
    if (takes("FALSE")) return { kind: "constant", value: false };
    if (takes("(")) {
      const inner = either();
      if (!takes(")")) throw unexpected(token());
      return inner;
    }
    const found = token();
    if (found.kind !== "state") throw unexpected(found);
    next++;
    return { kind: "state", state: found.state, alarm: found.alarm };
  };
  const rule = either();
  if (token().kind !== "end") throw unexpected(token());
  return rule;
}

function unexpected(token: Token): RuleSyntaxError {
  const what = token.kind === "end" ? "end" : `"${token.kind === "state" ? token.state : token.text}"`;
  return new RuleSyntaxError(`unexpected ${what} at position ${token.at + 1}`);
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  const length = text.trimEnd().length;
  while (pattern.lastIndex < length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) throw new RuleSyntaxError(`unexpected character at position ${at + 1}`);
    const [, state, quoted, plain, word, mark] = match;
    if (state !== undefined) {
      const alarm = quoted?.replace(/\\(.)/g, "$1") ?? plain!;
      tokens.push({ kind: "state", state: states.find((each) => each === state)!, alarm, at });
    } else tokens.push({ kind: "word", text: word ?? mark!, at });
  }
  tokens.push({ kind: "end", text: "", at: length });
  return tokens;
}

/**
 * "Elements are child alarms, TRUE or FALSE statements, and parentheses" (PutCompositeAlarm); a pair of them is one. So
 * many are counted before a rule is parsed that its nesting has a bound.
 */
export function elementsIn(text: string): number {
  const words = ["TRUE", "FALSE", "("];
  return tokensOf(text).filter((token) => token.kind === "state" || words.includes(token.text)).length;
}

/** The alarms that a rule names, as it names them. */
export function alarmsIn(rule: AlarmRule): string[] {
  switch (rule.kind) {
    case "state":
      return [rule.alarm];
    case "constant":
      return [];
    case "not":
      return alarmsIn(rule.of);
    default:
      return [...alarmsIn(rule.left), ...alarmsIn(rule.right)];
  }
}

/** Whether a rule holds. An alarm that is not there is in no state. */
export function holds(rule: AlarmRule, stateOf: (alarm: string) => StateValue | undefined): boolean {
  switch (rule.kind) {
    case "state":
      return stateOf(rule.alarm) === rule.state;
    case "constant":
      return rule.value;
    case "not":
      return !holds(rule.of, stateOf);
    case "and":
      return holds(rule.left, stateOf) && holds(rule.right, stateOf);
    case "or":
      return holds(rule.left, stateOf) || holds(rule.right, stateOf);
  }
}
