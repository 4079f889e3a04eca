import type { ConditionEntry } from "./document.ts";
import { matcherOrNever, type Operator, operators } from "./operators.ts";
import type { KeyValue, RequestKeys } from "./request.ts";
import type { Matcher } from "./template.ts";
import { booleanOf } from "./values.ts";

/** Whether the request meets one line of a statement's conditions. */
export type Condition = (keys: RequestKeys) => boolean;

export interface OperatorName {
  readonly quantifier: "ForAllValues" | "ForAnyValue" | undefined;
  readonly base: string;
  readonly ifExists: boolean;
}

/** The parts of `ForAnyValue:StringLikeIfExists`; undefined when there is no such operator. */
export function operatorNameOf(text: string): OperatorName | undefined {
  const [, quantifier, name] = /^(?:(ForAllValues|ForAnyValue):)?(\w+)$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const ifExists = name.endsWith("IfExists");
  const base = ifExists ? name.slice(0, -"IfExists".length) : name;
  const isKnown = Object.hasOwn(operators, base) || (base === "Null" && !ifExists && quantifier === undefined);
  return isKnown ? { quantifier: quantifier as OperatorName["quantifier"], base, ifExists } : undefined;
}

/**
 * One operator, one key, and its values. An unknown operator is never met.
 *
 * A variable without a value makes its statement void (User Guide, "Policy variables"). A comparison with it matches
 * nothing; where that would widen an Allow, with an operator that asks for no match, the condition is not met. `effect`
 * tells the two apart.
 */
export function compileCondition(entry: ConditionEntry, variables: boolean, effect: "Allow" | "Deny"): Condition {
  const name = operatorNameOf(entry.operator);
  if (name === undefined) return () => false;
  const key = entry.key.toLowerCase();
  if (name.base === "Null") return nullCondition(key, entry.values);
  const operator = operators[name.base]!;
  const matchers = entry.values.map((value) => matcherOrNever(operator, value, variables));
  const test = quantified(name, operator, matchers);
  const unresolved = operator.negated && effect === "Allow" ? resolvablesOf(matchers) : [];
  return (keys) => {
    for (const resolvable of unresolved) if (!resolvable(keys)) return false;
    const value = keys.get(key);
    return isAbsent(value) ? name.ifExists || test([], keys) : test(value, keys);
  };
}

function resolvablesOf(matchers: readonly Matcher[]): ((keys: RequestKeys) => boolean)[] {
  return matchers.flatMap(({ resolvable }) => (resolvable === undefined ? [] : [resolvable]));
}

type Test = (value: KeyValue, keys: RequestKeys) => boolean;

/** Given the request's values, of which there may be none. */
function quantified({ quantifier }: OperatorName, { negated }: Operator, matchers: readonly Matcher[]): Test {
  const isMatched = (text: string, keys: RequestKeys): boolean => {
    for (const matcher of matchers) if (matcher.matches(text, keys)) return true;
    return false;
  };
  const listOf = (value: KeyValue) => (typeof value === "string" ? [value] : value);
  if (quantifier === "ForAllValues") {
    return (value, keys) => listOf(value).every((text) => isMatched(text, keys) !== negated);
  }
  if (quantifier === "ForAnyValue") {
    return (value, keys) => listOf(value).some((text) => isMatched(text, keys) !== negated);
  }
  // Without a quantifier a negated operator says that no value matches; that is also so where there is none.
  return (value, keys) => {
    if (typeof value === "string") return isMatched(value, keys) !== negated;
    return value.some((text) => isMatched(text, keys)) !== negated;
  };
}

/** `"Null": { key: "true" }` is met when the request has no such key. */
function nullCondition(key: string, values: readonly string[]): Condition {
  const wanted = new Set(values.map(booleanOf));
  return (keys) => wanted.has(isAbsent(keys.get(key)));
}

function isAbsent(value: KeyValue | undefined): value is undefined {
  return value === undefined || (typeof value !== "string" && value.length === 0);
}
