import { Matcher } from "./matcher.ts";
import { parseRegex, RegexError, type RegexNode } from "./parse.ts";
import { compileProgram } from "./program.ts";
import { compileRegex } from "./regex.ts";

/** Finds what the named groups of an expression have matched. */
export interface Captures {
  /** The names of the groups, in their order. */
  readonly names: readonly string[];
  /** By the order of `names`, for the first match in the text; undefined when there is none. */
  match(text: string): readonly (string | undefined)[] | undefined;
}

/** A place in a text is tried once with each instruction: this bounds the memory that it takes to remember them. */
const maxInstructions = 1000;

/**
 * A regular expression as `compileRegex` reads it, with its named groups: `(?<name>...)`. Of several ways to match it
 * takes the one that Perl would. Time is linear in the text: what failed once at a place is not tried there again.
 * Throws a `RegexError`.
 */
export function compileCaptures(source: string): Captures {
  const node = parseRegex(source);
  const names = namesIn(node);
  if (new Set(names).size < names.length) throw new RegexError("duplicate capture group name");
  const program = compileProgram(node, names);
  if (program.program.length > maxInstructions) throw new RegexError("expression is too large");
  const prefix = prefixOf(node);
  const regex = prefix === "" ? compileRegex(source) : undefined;
  const matcher = new Matcher(program, names.length * 2, prefix);
  return {
    names,
    match(text) {
      // The automaton says quickly that there is no match; with a prefix the search for it does.
      const slots = regex?.test(text) === false ? undefined : matcher.run(text);
      if (slots === undefined) return undefined;
      const found: (string | undefined)[] = [];
      for (let slot = 0; slot < slots.length; slot += 2) {
        const [from, to] = [slots[slot]!, slots[slot + 1]!];
        found.push(from < 0 || to < from ? undefined : text.slice(from, to));
      }
      return found;
    },
  };
}

function namesIn(node: RegexNode): string[] {
  switch (node.type) {
    case "sequence":
    case "either":
      return node.items.flatMap(namesIn);
    case "repeat":
      return namesIn(node.item);
    case "group":
      return [node.name, ...namesIn(node.item)];
    default:
      return [];
  }
}

/** The text that every match begins with; empty when there is none. */
function prefixOf(node: RegexNode): string {
  if (node.type === "group") return prefixOf(node.item);
  if (node.type === "set") return charOf(node) ?? "";
  if (node.type !== "sequence") return "";
  let prefix = "";
  for (const item of node.items) {
    const char = item.type === "set" ? charOf(item) : undefined;
    if (char === undefined) return prefix === "" && item === node.items[0] ? prefixOf(item) : prefix;
    prefix += char;
  }
  return prefix;
}

/** The only character of a set; undefined when it has others. */
function charOf({ ranges, negated }: RegexNode & { readonly type: "set" }): string | undefined {
  const [range] = ranges;
  const isOne = !negated && ranges.length === 1 && range![0] === range![1];
  return isOne ? String.fromCharCode(range![0]) : undefined;
}
