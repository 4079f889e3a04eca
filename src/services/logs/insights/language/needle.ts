import type { Command, Expression } from "./ast.ts";
import { toNumber } from "./values.ts";

/** A text without which no message can match: most messages are passed over without a further look. */
export interface Needle {
  readonly text: string;
  /** It stands in the message as it is. Else a message with escapes (`\u0041`) may have it otherwise. */
  readonly isExact: boolean;
}

/** Characters that JSON writes as they are, or by a `\u` escape. */
const plain = /^[\w .,:;=@#+*()<>!?-]+$/;
const literalRegex = /^[\w ,:;=@#<>!"'%&~`-]+$/;

/** The longest text that the filters at the start of a query ask for; undefined when they ask for none. */
export function needleOf(commands: readonly Command[]): Needle | undefined {
  const made = new Set<string>();
  const needles: Needle[] = [];
  for (const command of commands) {
    if (command.type === "filter") needles.push(...needlesIn(command.condition, made));
    // Of a regular expression the names are not known here: what comes behind may be about them.
    else if (command.type === "parse" && command.pattern.kind === "regex") break;
    else if (command.type === "parse") for (const name of command.names) made.add(name);
    else if (command.type === "fields") for (const { name } of command.items) made.add(name);
    else if (command.type !== "sort") break;
  }
  return needles.toSorted((a, b) => b.text.length - a.text.length)[0];
}

function needlesIn(condition: Expression, made: ReadonlySet<string>): Needle[] {
  if (condition.type === "binary" && condition.operator === "and") {
    return [...needlesIn(condition.left, made), ...needlesIn(condition.right, made)];
  }
  const [field, text] = wantedText(condition) ?? [];
  if (field === undefined || text === undefined || text === "" || made.has(field)) return [];
  if (field === "@message") return [{ text, isExact: true }];
  // Fields with an at sign are not in the message.
  return field.startsWith("@") || !plain.test(text) ? [] : [{ text, isExact: false }];
}

function wantedText(condition: Expression): readonly [field: string, text: string] | undefined {
  if (condition.type === "like" && condition.item.type === "field") {
    const { kind, text } = condition.pattern;
    return kind === "text" || literalRegex.test(text) ? [condition.item.name, text] : undefined;
  }
  if (condition.type !== "binary" || condition.operator !== "=") return undefined;
  const [{ left, right }, isField] = [condition, (part: Expression) => part.type === "field"];
  const [field, literal] = isField(left) ? [left, right] : [right, left];
  if (field.type !== "field" || literal.type !== "literal" || typeof literal.value !== "string") return undefined;
  // What reads as a number, or as a boolean, is the same as a value that is written otherwise.
  const isWord = toNumber(literal.value) === undefined && !/^(true|false)$/.test(literal.value);
  return isWord ? [field.name, literal.value] : undefined;
}
