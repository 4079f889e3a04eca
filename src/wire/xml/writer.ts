import type { Member, Shape } from "../model.ts";
import type { TimestampFormat } from "../table.ts";
import { formatTimestamp } from "../timestamp.ts";
import { mismatch, recordOf } from "../tree/write.ts";

/** How the XML protocols differ. */
export interface XmlStyle {
  /** The element of a list's item when the model names none. */
  readonly listItem: string;
  timestamp(ms: number, format: TimestampFormat | undefined): string;
}

export const queryXml: XmlStyle = {
  listItem: "member",
  timestamp: (ms, format) => String(formatTimestamp(ms, format ?? "iso8601")),
};

export const ec2Xml: XmlStyle = {
  listItem: "item",
  // EC2 writes the milliseconds even when they are zero.
  timestamp: (ms, format) => (format === undefined ? new Date(ms).toISOString() : String(formatTimestamp(ms, format))),
};

/** The members of a structure as elements, one after the other, without an element around them. */
export function writeMembers(shape: Shape, value: unknown, style: XmlStyle): string {
  const source = recordOf(shape, value);
  let xml = "";
  for (const member of shape.members) {
    const item = source[member.name];
    if (item !== undefined && item !== null) xml += writeMember(member, item, style);
  }
  return xml;
}

function writeMember(member: Member, value: unknown, style: XmlStyle): string {
  const { shape, wireName: name } = member;
  const flattened = member.traits.flattened ?? shape.traits.flattened ?? false;
  if (shape.type === "list") return writeList(member, value, flattened, style);
  if (shape.type === "map") return writeMap(member, value, flattened, style);
  return element(name, writeContent(member, value, style));
}

function writeContent(member: Member, value: unknown, style: XmlStyle): string {
  const { shape } = member;
  switch (shape.type) {
    case "structure":
      return writeMembers(shape, value, style);
    case "list":
    case "map":
      return writeItems(member, value, style);
    case "timestamp":
      if (typeof value !== "number" || !Number.isFinite(value)) throw mismatch(shape, value);
      return style.timestamp(value, member.traits.timestampFormat ?? shape.traits.timestampFormat);
    case "blob":
      if (!(value instanceof Uint8Array)) throw mismatch(shape, value);
      return Buffer.from(value).toString("base64");
    case "string":
      if (typeof value !== "string") throw mismatch(shape, value);
      return escapeXml(value);
    case "boolean":
      if (typeof value !== "boolean") throw mismatch(shape, value);
      return String(value);
    default:
      if (typeof value !== "number") throw mismatch(shape, value);
      return String(value);
  }
}

/** A list or map inside a list or map: its items, which the caller puts into the outer item's element. */
function writeItems(member: Member, value: unknown, style: XmlStyle): string {
  if (member.shape.type === "map") return mapEntries(member.shape, value, "entry", style);
  return listItems(member.shape, value, member.shape.element!.traits.locationName ?? style.listItem, style);
}

function writeList(member: Member, value: unknown, flattened: boolean, style: XmlStyle): string {
  const { shape } = member;
  if (flattened) return listItems(shape, value, shape.element!.traits.locationName ?? member.wireName, style);
  return element(member.wireName, listItems(shape, value, shape.element!.traits.locationName ?? style.listItem, style));
}

function listItems(shape: Shape, value: unknown, name: string, style: XmlStyle): string {
  if (!Array.isArray(value)) throw mismatch(shape, value);
  let xml = "";
  for (const item of value) xml += element(name, writeContent(shape.element!, item, style));
  return xml;
}

function writeMap(member: Member, value: unknown, flattened: boolean, style: XmlStyle): string {
  if (flattened) return mapEntries(member.shape, value, member.wireName, style);
  return element(member.wireName, mapEntries(member.shape, value, "entry", style));
}

function mapEntries(shape: Shape, value: unknown, name: string, style: XmlStyle): string {
  const keyName = shape.key!.traits.locationName ?? "key";
  const valueName = shape.value!.traits.locationName ?? "value";
  let xml = "";
  for (const [key, item] of Object.entries(recordOf(shape, value))) {
    if (item === undefined || item === null) continue;
    xml += element(
      name,
      element(keyName, escapeXml(key)) + element(valueName, writeContent(shape.value!, item, style)),
    );
  }
  return xml;
}

/** `<name>content</name>`, or `<name/>` when there is none. */
export function element(name: string, content: string): string {
  return content === "" ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 cannot carry.
const special = /[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
};

/** Text for an element. What XML 1.0 cannot carry even escaped (most control characters) becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text.toWellFormed().replace(special, (character) => escapes[character] ?? "\ufffd");
}
