import { parseRegex, type RegexNode } from "./parse.ts";

/** What is known of the texts that a part of an expression matches. */
interface Known {
  /** All of them, while they are few. */
  readonly exact: readonly string[] | undefined;
  /** One of these is in each of them. */
  readonly contained: readonly string[] | undefined;
}

/** Each is looked for by itself: with many it is quicker to try the expression. */
const mostLiterals = 4;
const nothing: Known = { exact: undefined, contained: undefined };

/**
 * Texts of which at least one is in every text that an expression matches in, as `grep` looks for them first. None:
 * there are no such texts, or too many. Throws a `RegexError`.
 */
export function literalsOf(source: string): readonly string[] {
  return best([knownOf(parseRegex(source))]) ?? [];
}

function knownOf(node: RegexNode): Known {
  switch (node.type) {
    case "set": {
      const chars = node.negated ? [] : charsOf(node.ranges);
      return chars.length === 0 ? nothing : { exact: chars, contained: undefined };
    }
    case "assert":
      return { exact: [""], contained: undefined };
    case "sequence":
      return sequence(node.items.map(knownOf));
    case "either":
      return either(node.items.map(knownOf));
    case "repeat": {
      const item = knownOf(node.item);
      if (node.min > 0) return node.max === 1 ? item : { exact: undefined, contained: best([item]) };
      const optional = node.max === 1 && item.exact !== undefined && item.exact.length < mostLiterals;
      return optional ? { exact: [...item.exact, ""], contained: undefined } : nothing;
    }
    case "group":
      return knownOf(node.item);
  }
}

function charsOf(ranges: readonly (readonly [number, number])[]): string[] {
  const count = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (count > mostLiterals) return [];
  return ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i)),
  );
}

function sequence(items: readonly Known[]): Known {
  const parts: Known[] = [];
  let exact: readonly string[] = [""];
  for (const item of items) {
    const longer = item.exact?.flatMap((end) => exact.map((start) => start + end));
    if (longer !== undefined && longer.length <= mostLiterals) {
      exact = longer;
      continue;
    }
    parts.push({ exact, contained: undefined }, item);
    exact = item.exact ?? [""];
  }
  const whole: Known = { exact, contained: undefined };
  return parts.length === 0 ? whole : { exact: undefined, contained: best([...parts, whole]) };
}

function either(items: readonly Known[]): Known {
  const exact = items.flatMap((item) => item.exact ?? Array<string>(mostLiterals + 1).fill(""));
  if (exact.length <= mostLiterals) return { exact, contained: undefined };
  const contained = items.flatMap((item) => best([item]) ?? Array<string>(mostLiterals + 1).fill(""));
  return { exact: undefined, contained: contained.length <= mostLiterals ? contained : undefined };
}

/** Of the parts that all have to match, the texts that say most: the longest, then the fewest. */
function best(parts: readonly Known[]): readonly string[] | undefined {
  const choices = parts.flatMap(({ exact, contained }) => [exact, contained]);
  const shortest = (texts: readonly string[]) => Math.min(...texts.map(({ length }) => length));
  return choices
    .filter((texts) => texts?.every(isSearchable))
    .toSorted((a, b) => shortest(b!) - shortest(a!) || a!.length - b!.length)[0];
}

/** Half of a surrogate pair is in texts, but not in their bytes. */
function isSearchable(text: string): boolean {
  return text !== "" && text.isWellFormed();
}
