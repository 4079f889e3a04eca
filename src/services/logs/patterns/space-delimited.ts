import { matchWithoutFields, type PatternWithFields } from "./filter-pattern.ts";
import { meets, PatternError, RegexQuota, readDisjunction, Scanner } from "./values.ts";

interface Field {
  /** Undefined: the pattern gives it none. */
  readonly name: string | undefined;
  /** Undefined for the ellipsis, which stands for any number of fields. */
  readonly holds: ((word: string) => boolean) | undefined;
}

interface Word {
  readonly text: string;
  /** Where it starts in the message. */
  readonly start: number;
}

const bareWord = /[^\s,&|\]"%=<>!]+/;

/**
 * Conditions on the words of a message: `[ip, user, ..., request=*.html*, status=4* || status=5*, bytes > 1000]`. What
 * stands in quotation marks or square brackets is one word. Without an ellipsis the last field is the rest of the
 * message.
 */
export function compileSpaceDelimited(text: string): PatternWithFields {
  if (!text.endsWith("]")) throw new PatternError("If a filter pattern starts with '[' it must end with ']'");
  const scanner = new Scanner(text);
  scanner.expect("[");
  scanner.skipSpace();
  if (scanner.take("]")) return scanner.atEnd ? everything : fail(scanner);
  const fields = readFields(scanner);
  const ellipsis = fields.findIndex((field) => field.holds === undefined);
  if (fields.findLastIndex((field) => field.holds === undefined) !== ellipsis) throw scanner.error();
  const names = fields.map(({ name }, i) => `$${name ?? i + 1}`);
  const named = (selector: string) => fields[names.indexOf(selector)];
  return {
    match(message) {
      const pairs = pairUp(fields, ellipsis, message);
      if (!pairs?.every(({ field, word }) => fits(field, word))) return undefined;
      return {
        values: () => Object.fromEntries(pairs.map(({ field, word }) => [names[fields.indexOf(field)], word.text])),
        field: (selector) => pairs.find(({ field }) => field === named(selector))?.word.text,
      };
    },
    hasField: (selector) => named(selector)?.holds !== undefined,
  };
}

const everything: PatternWithFields = { match: () => matchWithoutFields, hasField: () => false };

/** Which word is which field; undefined when the message has too few words, or too many. */
function pairUp(fields: readonly Field[], ellipsis: number, message: string) {
  const words = splitWords(message, ellipsis < 0 ? fields.length : Number.POSITIVE_INFINITY);
  const pair = (field: Field, word: Word) => ({ field, word });
  if (ellipsis < 0) {
    return words.length === fields.length ? fields.map((field, i) => pair(field, words[i]!)) : undefined;
  }
  const behind = fields.length - ellipsis - 1;
  if (words.length < ellipsis + behind) return undefined;
  const before = fields.slice(0, ellipsis).map((field, i) => pair(field, words[i]!));
  const after = fields.slice(ellipsis + 1).map((field, i) => pair(field, words[words.length - behind + i]!));
  return [...before, ...after];
}

function fail(scanner: Scanner): never {
  throw scanner.error();
}

function fits(field: Field, word: Word): boolean {
  return field.holds === undefined || field.holds(word.text);
}

function readFields(scanner: Scanner): Field[] {
  const fields: Field[] = [];
  const names = new Set<string>();
  const quota = new RegexQuota();
  do {
    fields.push(readField(scanner, names, quota));
    scanner.skipSpace();
  } while (scanner.take(","));
  scanner.expect("]");
  if (!scanner.atEnd) throw scanner.error();
  return fields;
}

function readField(scanner: Scanner, names: Set<string>, quota: RegexQuota): Field {
  scanner.skipSpace();
  if (scanner.take("...")) return { name: undefined, holds: undefined };
  if (/^[,\]]/.test(scanner.rest)) return { name: undefined, holds: () => true };
  const name = scanner.match(/[A-Za-z_][\w.-]*/);
  if (name === undefined || names.has(name)) throw scanner.error();
  names.add(name);
  scanner.skipSpace();
  if (/^[,\]]/.test(scanner.rest)) return { name, holds: () => true };
  let isNamed = true;
  const holds = readDisjunction(scanner, () => {
    if (!isNamed) scanner.expect(name);
    isNamed = false;
    return readCondition(scanner, quota);
  });
  return { name, holds };
}

function readCondition(scanner: Scanner, quota: RegexQuota): (word: string) => boolean {
  const operator = scanner.operator();
  if (operator === undefined) throw scanner.error();
  const comparison = scanner.comparison(quota, bareWord);
  const ordered = operator !== "=" && operator !== "!=";
  if (ordered && (comparison.type === "regex" || comparison.number === undefined)) throw scanner.error();
  return (word) => meets(word, operator, comparison);
}

/**
 * Finds a character from a place on, -1 where there is none. Asked for places that ascend it looks at each one once, so
 * that brackets that nobody closes cost no time.
 */
function finder(text: string, character: string): (from: number) => number {
  let found = text.indexOf(character);
  return (from) => {
    if (found >= 0 && found < from) found = text.indexOf(character, from);
    return found;
  };
}

/** The words of a message, at most `limit`: the last one is then all that is left. */
function splitWords(message: string, limit: number): Word[] {
  const words: Word[] = [];
  const closing = { '"': finder(message, '"'), "[": finder(message, "]") };
  const unquoted = /\S+/g;
  for (let found = unquoted.exec(message); found !== null; found = unquoted.exec(message)) {
    const { index: start } = found;
    const opening = message[start];
    const end = opening === '"' || opening === "[" ? closing[opening](start + 1) : -1;
    const isQuoted = end >= 0 && (end + 1 === message.length || /\s/.test(message[end + 1]!));
    words.push({ text: isQuoted ? message.slice(start + 1, end) : found[0], start });
    if (isQuoted) unquoted.lastIndex = end + 1;
    if (words.length > limit) break;
  }
  if (words.length <= limit) return words;
  const last = words[limit - 1]!;
  return [...words.slice(0, limit - 1), { text: message.slice(last.start).trimEnd(), start: last.start }];
}
