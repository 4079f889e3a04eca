/**
 * XML as far as SAML needs it, and no further: elements, attributes, namespaces and text. Document types, entities of
 * one's own, processing instructions, comments and CDATA are refused, so that nothing can be read in two ways.
 */
export interface Element {
  readonly prefix: string;
  readonly local: string;
  readonly namespace: string;
  readonly attributes: readonly Attribute[];
  /** What holds here: prefix (empty: the default namespace) -> name. */
  readonly scope: ReadonlyMap<string, string>;
  readonly children: readonly (Element | string)[];
}

export interface Attribute {
  readonly prefix: string;
  readonly local: string;
  readonly namespace: string;
  readonly value: string;
}

export class XmlError extends Error {
  override readonly name = "XmlError";
}

const mostDepth = 64;
const name = "[A-Za-z_][\\w.-]*";
const qualified = `(?:(${name}):)?(${name})`;
const attributePattern = new RegExp(`\\s+${qualified}\\s*=\\s*("[^"<]*"|'[^'<]*')`, "y");
const startPattern = new RegExp(`<${qualified}`, "y");
const endPattern = new RegExp(`</${qualified}\\s*>`, "y");
const xmlNamespace = "http://www.w3.org/XML/1998/namespace";

/** Throws `XmlError` for what is not of that kind. */
export function parseXml(text: string): Element {
  if (/<!|<\?(?!xml\s)/.test(text)) throw new XmlError("not allowed");
  const source = text.replace(/^\uFEFF?<\?xml[^>]*\?>/, "").replace(/\r\n?/g, "\n");
  if (source.includes("<?")) throw new XmlError("not allowed");
  const reader = { source, at: /^\s*/.exec(source)![0].length };
  const root = readElement(reader, new Map([["", ""]]), 0);
  if (source.slice(reader.at).trim() !== "") throw new XmlError("more than one root");
  return root;
}

interface Reader {
  readonly source: string;
  at: number;
}

function readElement(reader: Reader, outer: ReadonlyMap<string, string>, depth: number): Element {
  if (depth > mostDepth) throw new XmlError("too deep");
  const [, prefix = "", local = ""] = take(reader, startPattern);
  const raw: { prefix: string; local: string; value: string }[] = [];
  for (let found = tryTake(reader, attributePattern); found !== undefined; found = tryTake(reader, attributePattern)) {
    raw.push({ prefix: found[1] ?? "", local: found[2]!, value: attributeValue(found[3]!.slice(1, -1)) });
  }
  const declared = new Map<string, string>();
  for (const attribute of raw) {
    if (attribute.prefix === "xmlns") declared.set(attribute.local, attribute.value);
    else if (attribute.prefix === "" && attribute.local === "xmlns") declared.set("", attribute.value);
  }
  const scope = declared.size === 0 ? outer : new Map([...outer, ...declared]);
  const attributes = raw
    .filter((attribute) => attribute.prefix !== "xmlns" && !(attribute.prefix === "" && attribute.local === "xmlns"))
    .map((attribute) => ({
      ...attribute,
      namespace: attribute.prefix === "" ? "" : namespaceOf(scope, attribute.prefix),
    }));
  const names = new Set(attributes.map((attribute) => `${attribute.namespace} ${attribute.local}`));
  if (names.size < attributes.length) throw new XmlError("an attribute twice");
  const head = { prefix, local, namespace: namespaceOf(scope, prefix), attributes, scope };
  const close = take(reader, /\s*(\/?)>/y);
  return { ...head, children: close[1] === "/" ? [] : readChildren(reader, head, depth) };
}

function readChildren(reader: Reader, { prefix, local, scope }: Omit<Element, "children">, depth: number) {
  const children: (Element | string)[] = [];
  for (;;) {
    const next = reader.source.indexOf("<", reader.at);
    if (next === -1) throw new XmlError("an element without end");
    if (next > reader.at) children.push(decoded(reader.source.slice(reader.at, next)));
    reader.at = next;
    if (reader.source[next + 1] !== "/") {
      children.push(readElement(reader, scope, depth + 1));
      continue;
    }
    const [, endPrefix = "", endLocal] = take(reader, endPattern);
    if (endPrefix !== prefix || endLocal !== local) throw new XmlError("another element's end");
    return children;
  }
}

function namespaceOf(scope: ReadonlyMap<string, string>, prefix: string): string {
  if (prefix === "xml") return xmlNamespace;
  const found = scope.get(prefix);
  if (found === undefined) throw new XmlError("a prefix of no namespace");
  return found;
}

/** White space of attributes becomes spaces (XML 1.0, "Attribute-Value Normalization"). */
function attributeValue(text: string): string {
  return decoded(text.replace(/[\t\n]/g, " "));
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/&([^;&]{0,8});?/g, (whole, inside: string) => {
    const entity = Object.hasOwn(entities, inside) ? entities[inside] : undefined;
    if (entity !== undefined && whole.endsWith(";")) return entity;
    const [, hex, decimal] = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(inside) ?? [];
    const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16);
    if (!whole.endsWith(";") || !(code > 0 && code <= 0x10ffff)) throw new XmlError("an unknown entity");
    return String.fromCodePoint(code);
  });
}

function take(reader: Reader, pattern: RegExp): RegExpExecArray {
  const found = tryTake(reader, pattern);
  if (found === undefined) throw new XmlError("not well-formed");
  return found;
}

function tryTake(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.source) ?? undefined;
  if (found !== undefined) reader.at = pattern.lastIndex;
  return found;
}

export function elementsOf({ children }: Element): Element[] {
  return children.filter((child) => typeof child !== "string");
}

/** The child elements of this name. */
export function childrenNamed(element: Element, namespace: string, local: string): Element[] {
  return elementsOf(element).filter((child) => child.local === local && child.namespace === namespace);
}

/** All the text in an element that has nothing but text. */
export function textOf({ children }: Element): string {
  return children
    .map((child) => (typeof child === "string" ? child : ""))
    .join("")
    .trim();
}

/** The value of an attribute without a prefix. */
export function attributeOf({ attributes }: Element, local: string): string | undefined {
  return attributes.find((attribute) => attribute.prefix === "" && attribute.local === local)?.value;
}
