import type { Element } from "./xml.ts";

/**
 * Exclusive XML Canonicalization 1.0 without comments, of an element with all that is in it but `left`, which is left
 * out (the transform of enveloped signatures). `inclusive` are the prefixes whose declarations are kept anyway.
 */
export function canonical(element: Element, inclusive: readonly string[] = [], left?: Element): string {
  return canonicalElement(element, new Map([["", ""]]), inclusive, left);
}

function canonicalElement(
  element: Element,
  rendered: ReadonlyMap<string, string>,
  inclusive: readonly string[],
  left: Element | undefined,
): string {
  const { prefix, local, attributes, scope } = element;
  const used = new Set([prefix, ...attributes.flatMap((attribute) => attribute.prefix || [])]);
  for (const each of inclusive) if (scope.has(each)) used.add(each);
  used.delete("xml");
  const fresh = [...used]
    .map((each) => [each, scope.get(each) ?? ""] as const)
    .filter(([each, namespace]) => rendered.get(each) !== namespace && !(each !== "" && namespace === ""))
    .sort(([a], [b]) => compare(a, b));
  const inside = fresh.length === 0 ? rendered : new Map([...rendered, ...fresh]);
  const name = prefix === "" ? local : `${prefix}:${local}`;
  const declarations = fresh.map(([each, namespace]) =>
    each === "" ? ` xmlns="${attributeText(namespace)}"` : ` xmlns:${each}="${attributeText(namespace)}"`,
  );
  const sorted = attributes.toSorted((a, b) => compare(a.namespace, b.namespace) || compare(a.local, b.local));
  const values = sorted.map(
    (attribute) =>
      ` ${attribute.prefix === "" ? "" : `${attribute.prefix}:`}${attribute.local}="${attributeText(attribute.value)}"`,
  );
  const content = element.children.map((child) =>
    typeof child === "string"
      ? plainText(child)
      : child === left
        ? ""
        : canonicalElement(child, inside, inclusive, left),
  );
  return `<${name}${declarations.join("")}${values.join("")}>${content.join("")}</${name}>`;
}

/** By code points, as the specification wants, which is the order of UTF-8's bytes. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function plainText(text: string): string {
  return text.replace(/[&<>\r]/g, (each) => escapes[each]!);
}

function attributeText(text: string): string {
  return text.replace(/[&<"\t\n\r]/g, (each) => escapes[each]!);
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};
