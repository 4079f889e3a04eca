import { Fault } from "#kernel/fault.ts";
import { decodeBase64 } from "../json/leaves.ts";
import type { Member, Shape } from "../model.ts";
import { parseTimestamp } from "../timestamp.ts";
import { isInteger32, setKey } from "../tree/read.ts";
import type { FormNode } from "./form.ts";

/** How the two protocols that send forms differ. */
export interface FormStyle {
  /** A structure member's name in the form. */
  memberName(member: Member): string;
  /** Whether a list's items stand directly under its name: `Filter.1`, not `Filters.member.1`. */
  isFlat(member: Member): boolean;
  /** The fault for a value that cannot be of the member's type. */
  wrongType(member: Member, value: string): Fault;
  /** The fault for a parameter that the model lacks; undefined when such parameters are passed over. */
  unknown?(name: string): Fault;
}

export const queryForm: FormStyle = {
  memberName: (member) => (isFlattened(member) && member.shape.element?.traits.locationName) || member.wireName,
  isFlat: isFlattened,
  wrongType: (member) =>
    new Fault("MalformedInput", `${member.name} cannot be converted to ${typeName(member.shape)}`, { status: 400 }),
};

export const ec2Form: FormStyle = {
  memberName: ({ name, traits: { queryName, locationName } }) =>
    queryName ?? (locationName === undefined ? name : locationName[0]!.toUpperCase() + locationName.slice(1)),
  isFlat: () => true,
  wrongType: (member, value) =>
    new Fault(
      "InvalidParameterValue",
      `Invalid value '${value}' for ${member.name}. Must be a ${typeName(member.shape)}`,
    ),
  unknown: (name) => new Fault("UnknownParameter", `The parameter ${name} is not recognized`, { status: 400 }),
};

/** Members of a form that belong to the protocol, not to the operation. */
const protocolParameters = new Set(["Action", "Version"]);

/** Reads the operation's input from a form. Throws the style's faults. */
export function readForm(shape: Shape, form: FormNode, style: FormStyle): Record<string, unknown> {
  return readStructure(shape, form, style, (name) => protocolParameters.has(name) || name.startsWith("X-Amz-"));
}

function readStructure(
  shape: Shape,
  node: FormNode,
  style: FormStyle,
  isExpected: (name: string) => boolean = () => false,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  let known = 0;
  for (const member of shape.members) {
    const child = node.children.get(style.memberName(member));
    if (child === undefined) continue;
    known++;
    const value = readMember(member, child, style);
    if (value !== undefined) result[member.name] = value;
  }
  if (style.unknown !== undefined && known < node.children.size) refuseUnknown(shape, node, style, isExpected);
  return result;
}

function refuseUnknown(shape: Shape, node: FormNode, style: FormStyle, isExpected: (name: string) => boolean): void {
  const names = new Set(shape.members.map((member) => style.memberName(member)));
  for (const name of node.children.keys()) {
    if (!names.has(name) && !isExpected(name)) throw style.unknown!(name);
  }
}

function readMember(member: Member, node: FormNode, style: FormStyle): unknown {
  const { shape } = member;
  switch (shape.type) {
    case "structure":
      return readStructure(shape, node, style);
    case "list":
      return readList(member, node, style);
    case "map":
      return readMap(member, node, style);
    default:
      return node.value === undefined ? undefined : readScalar(member, node.value, style);
  }
}

function readList(member: Member, node: FormNode, style: FormStyle): unknown[] {
  const element = member.shape.element!;
  const itemName = element.traits.locationName ?? "member";
  const items = style.isFlat(member) ? node : node.children.get(itemName);
  return numbered(items).map((item) => readMember(element, item, style));
}

function readMap(member: Member, node: FormNode, style: FormStyle): Record<string, unknown> {
  const { key, value } = member.shape;
  const result: Record<string, unknown> = {};
  for (const entry of numbered(style.isFlat(member) ? node : node.children.get("entry"))) {
    const keyText = entry.children.get(key!.traits.locationName ?? "key")?.value;
    const valueNode = entry.children.get(value!.traits.locationName ?? "value");
    if (keyText !== undefined && valueNode !== undefined) {
      setKey(result, keyText, readMember(value!, valueNode, style));
    }
  }
  return result;
}

/** The children named by numbers, in the order of the numbers, gaps closed. */
function numbered(node: FormNode | undefined): FormNode[] {
  if (node === undefined) return [];
  const items = [...node.children].filter(([name]) => /^\d{1,9}$/.test(name));
  return items.sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
}

function readScalar(member: Member, text: string, style: FormStyle): unknown {
  const value = parseScalar(member.shape, text);
  if (value === undefined) throw style.wrongType(member, text);
  return value;
}

/** The text as a value of the shape's type, or undefined when it cannot be one. */
export function parseScalar(shape: Shape, text: string): unknown {
  switch (shape.type) {
    case "string":
      return text;
    case "boolean": {
      const lower = text.toLowerCase();
      return lower === "true" ? true : lower === "false" ? false : undefined;
    }
    case "integer":
    case "long": {
      const number = /^[+-]?\d{1,19}$/.test(text) ? Number(text) : Number.NaN;
      return Number.isNaN(number) || (shape.type === "integer" && !isInteger32(number)) ? undefined : number;
    }
    case "float":
    case "double":
      // Each digit can be taken in one way only: time is linear in the text.
      return /^([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|NaN|-?Infinity)$/.test(text) ? Number(text) : undefined;
    case "timestamp":
      return parseTimestamp(text);
    case "blob":
      return decodeBase64(text);
    default:
      return undefined;
  }
}

function isFlattened(member: Member): boolean {
  return member.traits.flattened ?? member.shape.traits.flattened ?? false;
}

function typeName(shape: Shape): string {
  return `${shape.type[0]!.toUpperCase()}${shape.type.slice(1)}`;
}
