import { isNode, isScalar, type Node, parseDocument, visit, YAMLMap } from "yaml";

/** The key of a map that stands for `!reset`: what an earlier file says here is taken away. */
export const resetMark = "\0reset";
/** The key of a map that stands for `!override VALUE`: the value takes the earlier one's place, unmerged. */
export const overrideMark = "\0override";

/**
 * A compose file as plain data, with anchors and merges (`<<`) resolved. The tags `!reset` and `!override` become marks
 * for the merging of files. A string says what is wrong with the text, and where.
 */
export function parseYaml(text: string): { readonly tree: unknown } | string {
  const document = parseDocument(text, { merge: true, logLevel: "silent" });
  const [error] = document.errors;
  if (error !== undefined) return error.message.trim();
  let unknown: string | undefined;
  visit(document, {
    Pair(_, pair) {
      const value = pair.value as Node | null;
      if (!isNode(value)) return;
      const { tag } = value as { tag?: string };
      if (tag === "!reset") pair.value = document.createNode({ [resetMark]: true });
      if (tag !== "!override") return;
      (value as { tag?: string }).tag = undefined as never;
      const wrapped = new YAMLMap();
      wrapped.set(overrideMark, value);
      pair.value = wrapped;
    },
    Node(_, node) {
      // 0644, 1.10 and long numbers are what they look like, above all as values of variables.
      if (isScalar(node) && typeof node.value === "number" && node.source !== undefined) {
        if (String(node.value) !== node.source) node.value = node.source;
      }
      const { tag } = node as { tag?: string };
      if (tag?.startsWith("!") && tag !== "!reset" && tag !== "!override") unknown ??= tag;
    },
  });
  if (unknown !== undefined) return `the tag ${unknown} is not known here`;
  try {
    const tree: unknown = document.toJS({ maxAliasCount: 10_000 });
    return containsItself(tree) ? "an alias stands for what it is in" : { tree };
  } catch (error) {
    // An alias without its anchor, or far too many of them.
    return (error as Error).message;
  }
}

/** `above` is what the value is in, `plain` what has been looked at. */
function containsItself(value: unknown, above = new Set<object>(), plain = new Set<object>()): boolean {
  if (typeof value !== "object" || value === null || plain.has(value)) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((part) => containsItself(part, above, plain));
  above.delete(value);
  plain.add(value);
  return found;
}
