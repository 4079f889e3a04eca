import { numberIn } from "../../number-in.ts";

/** What fields and expressions give. A `Date` is a time; maps and lists come from `jsonParse`; undefined: no value. */
export type Value = string | number | boolean | Date | object | undefined;

/** The value as a number, when it is one or reads as one. Times count in milliseconds since the epoch. */
export function toNumber(value: Value): number | undefined {
  switch (typeof value) {
    case "number":
      return value;
    case "string":
      return numberIn(value);
    case "boolean":
      return value ? 1 : 0;
    default:
      return value instanceof Date && isTime(value) ? value.getTime() : undefined;
  }
}

/** The value as results show it; undefined for none. Times are in UTC: `2026-01-02 03:04:05.006`. */
export function toText(value: Value): string | undefined {
  switch (typeof value) {
    case "undefined":
    case "string":
      return value;
    case "number":
      return String(value);
    case "boolean":
      return value ? "1" : "0";
    default:
      return value instanceof Date ? timeText(value) : JSON.stringify(value);
  }
}

function timeText(time: Date): string | undefined {
  return isTime(time) ? time.toISOString().replace("T", " ").replace("Z", "") : undefined;
}

/** Whether it is a time that there is: those beyond the calendar of `Date` are none. */
function isTime(time: Date): boolean {
  return !Number.isNaN(time.getTime());
}

/** Whether a condition holds with this value. */
export function isTrue(value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return value !== "" && value !== "0" && value !== "false";
  return value !== undefined && toNumber(value) !== 0;
}

/** Two values of different kinds are the same when they are as numbers. No value is the same as another. */
export function isSame(a: Value, b: Value): boolean {
  if (a === undefined || b === undefined) return false;
  if (typeof a === "string" && typeof b === "string") return a === b;
  if (typeof a === "boolean" || typeof b === "boolean") {
    const [word, other] = typeof a === "boolean" ? [a, b] : [b as boolean, a];
    if (other === String(word)) return true;
  }
  const [first, second] = [toNumber(a), toNumber(b)];
  if (first !== undefined && second !== undefined) return first === second;
  return toText(a) === toText(b);
}

/** Less than zero: `a` is the smaller. As numbers when both are, else as texts; undefined: one of them is no value. */
export function compareValues(a: Value, b: Value): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  const [first, second] = [toNumber(a), toNumber(b)];
  if (first !== undefined && second !== undefined) return first - second;
  const [left, right] = [toText(a)!, toText(b)!];
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * The order of `sort` ("sort", natural order): values that are no numbers come before those that are; in them digits
 * are compared by their count, then by their value, and what is between them by its characters. What has no value is
 * the least.
 */
export function compareInOrder(a: Value, b: Value): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const [first, second] = [toNumber(a), toNumber(b)];
  if (first !== undefined && second !== undefined) return first - second;
  if (first !== undefined || second !== undefined) return first === undefined ? -1 : 1;
  return compareChunks(toText(a)!, toText(b)!);
}

const chunk = /\d+|\D+/g;

function compareChunks(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [a.match(chunk) ?? [], b.match(chunk) ?? []];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i]!, right[i]!];
    if (x === y) continue;
    if (isDigits(x) && isDigits(y) && x.length !== y.length) return x.length - y.length;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

function isDigits(text: string): boolean {
  const code = text.charCodeAt(0);
  return code >= 48 && code <= 57;
}
