import { arnMatcher } from "./arn-pattern.ts";
import type { RequestKeys } from "./request.ts";
import { globTemplateMatcher, isResolvable, type Matcher, resolve, type Template, templateOf } from "./template.ts";
import { addressOf, addressRangeOf, binaryOf, booleanOf, dateOf, isInRange, numberOf } from "./values.ts";

/**
 * A condition operator without its prefix and suffix: how one value of the policy is compared with one of the request.
 */
export interface Operator {
  /** `StringNotEquals` is met by what no value of the policy is equal to. */
  readonly negated: boolean;
  /** A matcher of the request's values; undefined when the policy's text is no value of this operator. */
  matcherOf(policyValue: string, variables: boolean): Matcher | undefined;
}

/** A value that is none is like a variable without a value: see `compileCondition`. */
const never: Matcher = { matches: () => false, resolvable: () => false };

/** Every operator but `Null` (IAM User Guide, "Condition operators"). */
export const operators: Readonly<Record<string, Operator>> = {
  ...both("StringEquals", "StringNotEquals", equalText),
  ...both("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", equalTextIgnoringCase),
  ...both("StringLike", "StringNotLike", (value, variables) => globTemplateMatcher(templateOf(value, variables))),
  ...both("ArnEquals", "ArnNotEquals", arnMatcher),
  ...both("ArnLike", "ArnNotLike", arnMatcher),
  ...comparisons("Numeric", numberOf),
  ...comparisons("Date", dateOf),
  Bool: { negated: false, matcherOf: (value) => equalValue(booleanOf, value) },
  BinaryEquals: { negated: false, matcherOf: (value) => equalValue(binaryOf, value) },
  ...both("IpAddress", "NotIpAddress", inRange),
};

type MatcherOf = Operator["matcherOf"];

function both(positive: string, negative: string, matcherOf: MatcherOf): Record<string, Operator> {
  return { [positive]: { negated: false, matcherOf }, [negative]: { negated: true, matcherOf } };
}

function equalText(value: string, variables: boolean): Matcher {
  const template = templateOf(value, variables);
  if (isText(template)) return { matches: (text) => text === template[0] };
  return {
    matches: (text, keys) => text === resolve(template, keys),
    resolvable: (keys) => isResolvable(template, keys),
  };
}

function equalTextIgnoringCase(value: string, variables: boolean): Matcher {
  const template = templateOf(value, variables);
  const lower = value.toLowerCase();
  if (isText(template)) return { matches: (text) => text.toLowerCase() === lower };
  return {
    matches: (text, keys) => text.toLowerCase() === resolve(template, keys)?.toLowerCase(),
    resolvable: (keys: RequestKeys) => isResolvable(template, keys),
  };
}

function isText(template: Template): boolean {
  return template.length === 1 && typeof template[0] === "string";
}

function comparisons(type: string, read: (text: string) => number | undefined): Record<string, Operator> {
  const compared =
    (holds: (given: number, wanted: number) => boolean): MatcherOf =>
    (value) => {
      const wanted = read(value);
      if (wanted === undefined) return undefined;
      return {
        matches(text) {
          const given = read(text);
          return given !== undefined && holds(given, wanted);
        },
      };
    };
  const one = (name: string, holds: (given: number, wanted: number) => boolean): Record<string, Operator> => ({
    [`${type}${name}`]: { negated: false, matcherOf: compared(holds) },
  });
  return {
    ...both(
      `${type}Equals`,
      `${type}NotEquals`,
      compared((given, wanted) => given === wanted),
    ),
    ...one("LessThan", (given, wanted) => given < wanted),
    ...one("LessThanEquals", (given, wanted) => given <= wanted),
    ...one("GreaterThan", (given, wanted) => given > wanted),
    ...one("GreaterThanEquals", (given, wanted) => given >= wanted),
  };
}

function equalValue<T>(read: (text: string) => T | undefined, value: string): Matcher | undefined {
  const wanted = read(value);
  return wanted === undefined ? undefined : { matches: (text) => read(text) === wanted };
}

function inRange(value: string): Matcher | undefined {
  const range = addressRangeOf(value);
  if (range === undefined) return undefined;
  return {
    matches(text) {
      const address = addressOf(text);
      return address !== undefined && isInRange(address, range);
    },
  };
}

/** A matcher for a policy's value, or one that matches nothing when the text is no value of the operator. */
export function matcherOrNever(operator: Operator, value: string, variables: boolean): Matcher {
  return operator.matcherOf(value, variables) ?? never;
}
