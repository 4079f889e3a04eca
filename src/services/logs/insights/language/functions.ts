import { isDeeperThan } from "#kernel/json-depth.ts";
import { familyOf, isInSubnet } from "./ip.ts";
import { QueryTooLarge } from "./query-too-large.ts";
import { toNumber, toText, type Value } from "./values.ts";

/** A function of the language on values. */
export interface ScalarFunction {
  /** How many arguments it takes: at least, and at most. */
  readonly arity: readonly [number, number];
  readonly apply: (...args: Value[]) => Value;
}

const any = Number.POSITIVE_INFINITY;

function onNumbers(arity: readonly [number, number], apply: (...numbers: number[]) => number): ScalarFunction {
  return {
    arity,
    apply: (...args) => {
      const numbers = args.map(toNumber);
      return numbers.includes(undefined) ? undefined : finite(apply(...(numbers as number[])));
    },
  };
}

/** Of a text and further arguments; without the text there is no value. */
function onText(
  arity: readonly [number, number],
  apply: (text: string, ...args: (string | undefined)[]) => Value,
): ScalarFunction {
  return {
    arity,
    apply: (first, ...rest) => {
      const text = toText(first);
      return text === undefined ? undefined : apply(text, ...rest.map(toText));
    },
  };
}

/** A question about a text; without one the answer is no. */
function question(arity: readonly [number, number], ask: (...texts: string[]) => boolean): ScalarFunction {
  return {
    arity,
    apply: (...args) => {
      const texts = args.map(toText);
      return !texts.includes(undefined) && ask(...(texts as string[]));
    },
  };
}

const numbers: Readonly<Record<string, ScalarFunction>> = {
  abs: onNumbers([1, 1], Math.abs),
  ceil: onNumbers([1, 1], Math.ceil),
  floor: onNumbers([1, 1], Math.floor),
  greatest: onNumbers([1, any], Math.max),
  least: onNumbers([1, any], Math.min),
  log: onNumbers([1, 1], Math.log),
  sqrt: onNumbers([1, 1], Math.sqrt),
};

const texts: Readonly<Record<string, ScalarFunction>> = {
  strlen: onText([1, 1], (text) => [...text].length),
  toupper: onText([1, 1], (text) => text.toUpperCase()),
  tolower: onText([1, 1], (text) => text.toLowerCase()),
  trim: onText([1, 2], (text, chars) => trimEnd(trimStart(text, chars), chars)),
  ltrim: onText([1, 2], trimStart),
  rtrim: onText([1, 2], trimEnd),
  strcontains: question([2, 2], (text, part) => text.includes(part!)),
  substr: onText([2, 3], (text, start, length) => substring(text, Number(start), length)),
  replace: onText([3, 3], replaced),
  concat: { arity: [1, any], apply: (...args) => concatenated(args.map((arg) => toText(arg) ?? "")) },
};

const general: Readonly<Record<string, ScalarFunction>> = {
  ispresent: { arity: [1, 1], apply: (value) => value !== undefined },
  isempty: { arity: [1, 1], apply: (value) => (toText(value) ?? "") === "" },
  isblank: { arity: [1, 1], apply: (value) => (toText(value) ?? "").trim() === "" },
  coalesce: { arity: [1, any], apply: (...args) => args.find((value) => value !== undefined) },
  frommillis: { arity: [1, 1], apply: (value) => whenDefined(toNumber(value), (ms) => new Date(ms)) },
  tomillis: { arity: [1, 1], apply: toNumber },
  jsonparse: onText([1, 1], parsed),
  jsonstringify: { arity: [1, 1], apply: (value) => whenDefined(value, (given) => checkLength(JSON.stringify(given))) },
  isvalidip: question([1, 1], (text) => familyOf(text!) !== undefined),
  isvalidipv4: question([1, 1], (text) => familyOf(text!) === "ipv4"),
  isvalidipv6: question([1, 1], (text) => familyOf(text!) === "ipv6"),
  isipinsubnet: question([2, 2], (text, subnet) => isInSubnet(text!, subnet!)),
  isipv4insubnet: question([2, 2], (text, subnet) => isInSubnet(text!, subnet!, "ipv4")),
  isipv6insubnet: question([2, 2], (text, subnet) => isInSubnet(text!, subnet!, "ipv6")),
};

/** By their names in lower case: "Boolean, comparison, numeric, datetime, and other functions". */
export const scalarFunctions: Readonly<Record<string, ScalarFunction>> = { ...numbers, ...texts, ...general };

function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined;
}

function whenDefined<T>(value: T | undefined, make: (value: T) => Value): Value {
  return value === undefined ? undefined : make(value);
}

function trimStart(text: string, chars?: string): string {
  if (chars === undefined) return text.trimStart();
  let start = 0;
  while (start < text.length && chars.includes(text[start]!)) start++;
  return text.slice(start);
}

function trimEnd(text: string, chars?: string): string {
  if (chars === undefined) return text.trimEnd();
  let end = text.length;
  while (end > 0 && chars.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** Some messages at their longest. Functions on what functions gave would come to any length. */
const mostCharacters = 2 ** 22;

function checkLength(text: string): string {
  if (text.length > mostCharacters) throw tooLong();
  return text;
}

function tooLong(): QueryTooLarge {
  return new QueryTooLarge(`A function of the query makes a text of more than ${mostCharacters} characters.`);
}

function concatenated(parts: readonly string[]): string {
  if (parts.reduce((sum, { length }) => sum + length, 0) > mostCharacters) throw tooLong();
  return parts.join("");
}

function replaced(text: string, from: string | undefined, to: string | undefined): string {
  if (!from || to === undefined) return text;
  let { length } = text;
  for (let at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + from.length))
    length += to.length - from.length;
  if (length > mostCharacters) throw tooLong();
  return text.replaceAll(from, () => to);
}

/** By characters, not by code units. */
function substring(text: string, start: number, length: string | undefined): Value {
  if (!Number.isInteger(start) || start < 0) return undefined;
  const end = length === undefined ? undefined : start + Number(length);
  if (end !== undefined && !(end >= start)) return undefined;
  return [...text].slice(start, end).join("");
}

/** Levels of JSON that are looked at: more is no JSON here. What goes through it does so by recursion. */
export const mostLevels = 1000;

function parsed(text: string): Value {
  if (isDeeperThan(mostLevels, text)) return undefined;
  try {
    return (JSON.parse(text) as Value | null) ?? undefined;
  } catch {
    // What is no JSON gives no value.
    return undefined;
  }
}

/** The arithmetic operators. Without two numbers, or with a result that is none, there is no value. */
export const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "^": (a, b) => a ** b,
};

/** The result of an operator of `arithmetic`. */
export function calculate(operate: (a: number, b: number) => number, a: Value, b: Value): Value {
  const [left, right] = [toNumber(a), toNumber(b)];
  return left === undefined || right === undefined ? undefined : finite(operate(left, right));
}
