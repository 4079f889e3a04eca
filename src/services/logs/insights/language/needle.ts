import { compileCaptures } from "#kernel/regex/captures.ts";
import { literalsOf } from "#kernel/regex/literals.ts";
import type { BinaryOperator, Command, Expression, Pattern } from "./ast.ts";
import { compareValues, isSame, toNumber, type Value } from "./values.ts";

/** A text that is looked for in the bytes of messages. */
export interface Needle {
  readonly text: string;
  /** It stands in the message as it is. Else a message with escapes (`\u0041`) may have it otherwise. */
  readonly isExact: boolean;
  /** The text is the end of a field's name in JSON, and its value is to be such a number, or no number at all. */
  readonly number?: NumberBehind;
}

export interface NumberBehind {
  readonly isWanted: (number: number) => boolean;
  /** The name may be the end of a longer one: of `a.b`, the member `b` of `a`, or the member `a.b`. */
  readonly isPart: boolean;
}

/** A message that can match has one of these in it: most messages are passed over without a further look. */
export type Clue = readonly Needle[];

/** Each clue is looked for in all bytes, each needle by itself. */
const mostClues = 3;
const mostNeedles = 4;
/** Characters that JSON writes as they are, or by a `\u` escape. */
const plain = /^[\w .,:;=@#+*()<>!?-]+$/;
/** Numbers and booleans of JSON are texts too (`5e2` is `500`, `true` is `1`), written otherwise than they show. */
const mayBeNumber = /^(?:[\d.e+-]*|[Infity-]*)$/;

/** What the filters at the start of a query ask for; what says most comes first. */
export function cluesOf(commands: readonly Command[]): readonly Clue[] {
  const made = new Set<string>();
  const clues: Clue[] = [];
  for (const command of commands) {
    if (command.type === "filter") clues.push(...cluesIn(command.condition, made));
    else if (command.type === "parse") for (const name of namesOf(command)) made.add(name);
    else if (command.type === "fields") for (const { name } of command.items) made.add(name);
    else if (command.type !== "sort") break;
  }
  return clues.toSorted((a, b) => lengthOf(b) - lengthOf(a)).slice(0, mostClues);
}

/** What a text, and then a number behind one, says: a number is looked at only where all texts are. */
function lengthOf(clue: Clue): number {
  return Math.min(...clue.map(({ text, number }) => (number === undefined ? text.length : text.length - 1000)));
}

function namesOf({ pattern, names }: Command & { readonly type: "parse" }): readonly string[] {
  return pattern.kind === "text" ? names : compileCaptures(pattern.text).names;
}

function cluesIn(condition: Expression, made: ReadonlySet<string>): Clue[] {
  if (condition.type === "binary") {
    const { operator, left, right } = condition;
    if (operator === "and") return [...cluesIn(left, made), ...cluesIn(right, made)];
    if (operator === "or") return eitherOf(cluesIn(left, made), cluesIn(right, made));
    return comparison(operator, left, right, made);
  }
  if (condition.type === "like") return clueOf(condition.item, textsOf(condition.pattern), made);
  if (condition.type !== "in" || condition.list.length === 0) return [];
  const { item, list } = condition;
  return list.map((each) => comparison("=", item, each, made)).reduce(eitherOf);
}

/** When one of two conditions is to hold, the best clue of each is of use. */
function eitherOf(a: readonly Clue[], b: readonly Clue[]): Clue[] {
  const [first, second] = [a, b].map((clues) => clues.toSorted((x, y) => lengthOf(y) - lengthOf(x))[0]);
  const both = [...(first ?? []), ...(second ?? [])];
  return first === undefined || second === undefined || both.length > mostNeedles ? [] : [both];
}

function textsOf({ kind, text }: Pattern): readonly string[] {
  return kind === "text" ? [text] : literalsOf(text);
}

/** A field has one of these texts in it. */
function clueOf(item: Expression, texts: readonly string[], made: ReadonlySet<string>): Clue[] {
  if (item.type !== "field" || texts.length === 0 || !texts.every((text) => text !== "" && text.isWellFormed())) {
    return [];
  }
  if (item.name === "@message") return made.has(item.name) ? [] : [texts.map((text) => ({ text, isExact: true }))];
  if (!isOfJson(item.name, made) || !texts.every((text) => plain.test(text) && !mayBeNumber.test(text))) return [];
  return [texts.map((text) => ({ text, isExact: false }))];
}

const mirrored: Readonly<Record<string, BinaryOperator>> = { "=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" };
const comparisons: Readonly<Record<string, (value: number, wanted: Value) => boolean>> = {
  "=": isSame,
  "<": (value, wanted) => compareValues(value, wanted)! < 0,
  "<=": (value, wanted) => compareValues(value, wanted)! <= 0,
  ">": (value, wanted) => compareValues(value, wanted)! > 0,
  ">=": (value, wanted) => compareValues(value, wanted)! >= 0,
};

function comparison(operator: BinaryOperator, left: Expression, right: Expression, made: ReadonlySet<string>): Clue[] {
  if (left.type !== "field") {
    const other = right.type === "field" ? mirrored[operator] : undefined;
    return other === undefined ? [] : comparison(other, right, left, made);
  }
  const [wanted, holds] = [literalIn(right), comparisons[operator]];
  if (wanted === undefined || holds === undefined) return [];
  // What reads as a number, or as a boolean, is the same as a value that is written otherwise.
  const isWord = typeof wanted === "string" && toNumber(wanted) === undefined && !/^(true|false)$/.test(wanted);
  if (isWord) return operator === "=" ? clueOf(left, [wanted], made) : [];
  const name = left.name.split(".").at(-1)!;
  if (!isOfJson(left.name, made) || !isMember(name) || toNumber(wanted) === undefined) return [];
  const number = { isWanted: (value: number) => holds(value, wanted), isPart: name !== left.name };
  return [[{ text: `${name}"`, isExact: false, number }]];
}

function literalIn(expression: Expression): string | number | boolean | undefined {
  if (expression.type === "literal") return expression.value;
  const item = expression.type === "unary" && expression.operator === "-" ? literalIn(expression.item) : undefined;
  return typeof item === "number" ? -item : undefined;
}

/** Elements of lists have no names in JSON. */
function isMember(name: string): boolean {
  return plain.test(name) && !/^\d+$/.test(name) && name !== "length";
}

/** Fields with an at sign are not in the message, and those that commands have made may have come from anywhere. */
function isOfJson(field: string, made: ReadonlySet<string>): boolean {
  if (field.startsWith("@")) return false;
  const path = field.split(".");
  return !path.some((_, i) => made.has(path.slice(0, i + 1).join(".")));
}
