import type { StateValue } from "#generated/cloudwatch/types.ts";

/** `AT_LEAST(2, ALARM, (a, b, c))`, `AT_LEAST(60%, NOT OK, (a, "b"))` ("Composite alarms" of the user guide). */
interface AtLeast {
  readonly kind: "atLeast";
  readonly state: StateValue;
  /** Whether alarms count that are in another state. */
  readonly isNot: boolean;
  /** So many alarms, at least. */
  readonly count: number;
  readonly alarms: readonly string[];
}

/** The rule of a composite alarm: `ALARM("a") AND (OK(b) OR NOT INSUFFICIENT_DATA(c))`, `TRUE`, `FALSE`. */
export type AlarmRule =
  | AtLeast
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
const atLeastPattern = new RegExp(
  String.raw`\s*AT_LEAST\s*\(\s*(\d{1,9})(%?)\s*,\s*(NOT\s+)?(ALARM|OK|INSUFFICIENT_DATA)\s*,` +
    String.raw`\s*\(((?:"(?:[^"\\]|\\.)*"|[^()"])*)\)\s*\)`,
  "y",
);
const namedPattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([^(),"\s]+))\s*(,|$)/y;

type Token =
  | { readonly kind: "atLeast"; readonly rule: AtLeast; readonly text: string; readonly at: number }
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
    if (found.kind !== "state" && found.kind !== "atLeast") throw unexpected(found);
    next++;
    if (found.kind === "atLeast") return found.rule;
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
    const atLeast = readAtLeast(text, at);
    if (atLeast !== undefined) {
      tokens.push({ kind: "atLeast", rule: atLeast.rule, text: "AT_LEAST", at });
      pattern.lastIndex = atLeast.end;
      continue;
    }
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

function readAtLeast(text: string, at: number): { readonly rule: AtLeast; readonly end: number } | undefined {
  const pattern = new RegExp(atLeastPattern);
  pattern.lastIndex = at;
  const [, number, percent, not, state, list] = pattern.exec(text) ?? [];
  if (number === undefined) return undefined;
  const alarms = namesIn(list!, at);
  const [least, most] = [Number(number), percent === "%" ? 100 : alarms.length];
  if (least < 1 || least > most) {
    throw new RuleSyntaxError(`the number of AT_LEAST at position ${at + 1} must be from 1 to ${most}`);
  }
  const count = percent === "%" ? Math.ceil((least * alarms.length) / 100) : least;
  const rule: AtLeast = {
    ...{ kind: "atLeast", isNot: not !== undefined, count, alarms },
    state: states.find((each) => each === state)!,
  };
  return { rule, end: pattern.lastIndex };
}

/** The alarms of a list, between commas. */
function namesIn(list: string, at: number): string[] {
  const pattern = new RegExp(namedPattern);
  const names: string[] = [];
  for (let isLast = false; !isLast; ) {
    const match = pattern.exec(list);
    if (match === null) throw new RuleSyntaxError(`the alarms of AT_LEAST at position ${at + 1} are no list of names`);
    const [, quoted, plain, comma] = match;
    names.push(quoted?.replace(/\\(.)/g, "$1") ?? plain!);
    isLast = comma === "";
  }
  return names;
}

/**
 * "Elements are child alarms, TRUE or FALSE statements, and parentheses" (PutCompositeAlarm); a pair of them is one. So
 * many are counted before a rule is parsed that its nesting has a bound.
 */
export function elementsIn(text: string): number {
  const words = ["TRUE", "FALSE", "("];
  return tokensOf(text).reduce((sum, token) => {
    // Its list is in parentheses.
    if (token.kind === "atLeast") return sum + token.rule.alarms.length + 1;
    return token.kind === "state" || words.includes(token.text) ? sum + 1 : sum;
  }, 0);
}

/** The alarms that a rule names, as it names them. */
export function alarmsIn(rule: AlarmRule): string[] {
  switch (rule.kind) {
    case "state":
      return [rule.alarm];
    case "atLeast":
      return [...rule.alarms];
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
    case "atLeast":
      return rule.alarms.filter((alarm) => isMeant(stateOf(alarm), rule)).length >= rule.count;
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

function isMeant(state: StateValue | undefined, { state: wanted, isNot }: AtLeast): boolean {
  return state !== undefined && (state === wanted) !== isNot;
}
