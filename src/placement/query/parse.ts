import { condition, type Operator, operators } from "./comparison.ts";
import type { Condition, Query } from "./query.ts";
import { invalidExpression, Scanner } from "./scanner.ts";

/** The most characters that AWS accepts. */
const maxCharacters = 2000;
const maxDepth = 50;

/**
 * Reads an expression of the cluster query language (Amazon ECS Developer Guide, "Cluster query language"), as
 * `memberOf` constraints and the filter of ListContainerInstances have it. Throws `InvalidParameterException`.
 */
export function parseQuery(source: string): Query {
  if (source.length > maxCharacters) {
    throw invalidExpression(`${source.slice(0, 40)}...`, `it has more than ${maxCharacters} characters`);
  }
  const scanner = new Scanner(source);
  if (scanner.isAtEnd) throw invalidExpression(source, "it is empty");
  const { readsTasks, test } = either(scanner, 0);
  if (!scanner.isAtEnd) throw scanner.fault("'and', 'or' or the end is expected");
  return { source, readsTasks, test };
}

function either(scanner: Scanner, depth: number): Condition {
  const parts = [both(scanner, depth)];
  while (scanner.takeSign("||") || scanner.takeWord("or")) parts.push(both(scanner, depth));
  return parts.length === 1 ? parts[0]! : { ...joined(parts), test: (about) => parts.some((part) => part.test(about)) };
}

function both(scanner: Scanner, depth: number): Condition {
  const parts = [single(scanner, depth)];
  while (scanner.takeSign("&&") || scanner.takeWord("and")) parts.push(single(scanner, depth));
  return parts.length === 1
    ? parts[0]!
    : { ...joined(parts), test: (about) => parts.every((part) => part.test(about)) };
}

function joined(parts: readonly Condition[]): { readonly readsTasks: boolean } {
  return { readsTasks: parts.some((part) => part.readsTasks) };
}

function single(scanner: Scanner, depth: number): Condition {
  if (depth > maxDepth) throw scanner.fault("it nests too deeply");
  if (scanner.takeSign("!") || scanner.takeWord("not")) {
    const { readsTasks, test } = single(scanner, depth + 1);
    return { readsTasks, test: (about) => !test(about) };
  }
  if (!scanner.takeSign("(")) return comparison(scanner);
  const inner = either(scanner, depth + 1);
  if (!scanner.takeSign(")")) throw scanner.fault("a closing parenthesis is missing");
  return inner;
}

function comparison(scanner: Scanner): Condition {
  const subject = scanner.name();
  const operator = readOperator(scanner, subject);
  return condition(scanner.source, subject, operator, readArguments(scanner, operator));
}

function readOperator(scanner: Scanner, subject: string): Operator {
  for (const [spelling, operator] of spellings) {
    if (/\w$/.test(spelling) ? scanner.takeWord(spelling) : scanner.takeSign(spelling)) return operator;
  }
  throw scanner.fault(`an operator is expected after '${subject}'`);
}

/** Longer ones first: `>=` is not `>` and then `=`. */
const spellings = Object.entries(operators)
  .flatMap(([operator, [...texts]]) => texts.map((text) => [text, operator as Operator] as const))
  .sort(([a], [b]) => b.length - a.length);

function readArguments(scanner: Scanner, operator: Operator): string[] {
  if (operator === "exists" || operator === "not_exists") return [];
  if (operator === "matches" || operator === "not_matches") return [scanner.pattern()];
  if (operator !== "in" && operator !== "not_in") return [scanner.value()];
  if (!scanner.takeSign("[")) throw scanner.fault(`'${operator}' needs a list in brackets`);
  const listed = [scanner.value()];
  while (scanner.takeSign(",")) listed.push(scanner.value());
  if (!scanner.takeSign("]")) throw scanner.fault("a closing bracket is missing");
  return listed;
}
