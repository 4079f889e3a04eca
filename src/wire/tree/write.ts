import type { Member, Shape } from "../model.ts";
import type { TimestampFormat } from "../table.ts";
import { setKey } from "./read.ts";

export interface LeafWriter {
  timestamp(ms: number, format: TimestampFormat | undefined): unknown;
  blob(bytes: Uint8Array): unknown;
  /** A number that JSON has no literal for. */
  specialNumber(value: number): unknown;
}

/**
 * Writes a handler's value as a tree of plain values: only members of the model, under their wire names, and none that
 * is undefined or null. Throws a `TypeError` when the value does not have the form of the shape: a bug of the handler.
 */
export function writeTree(shape: Shape, value: unknown, leaves: LeafWriter, member?: Member): unknown {
  switch (shape.type) {
    case "structure":
      return shape.traits.document ? value : writeStructure(shape, value, leaves);
    case "list": {
      if (!Array.isArray(value)) throw mismatch(shape, value);
      const element = shape.element!;
      const list = new Array<unknown>(value.length);
      for (let i = 0; i < value.length; i++) list[i] = writeTree(element.shape, value[i], leaves, element);
      return list;
    }
    case "map": {
      const map: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(recordOf(shape, value))) {
        if (item !== undefined && item !== null) setKey(map, key, writeTree(shape.value!.shape, item, leaves));
      }
      return map;
    }
    case "timestamp":
      if (typeof value !== "number" || !Number.isFinite(value)) throw mismatch(shape, value);
      return leaves.timestamp(value, member?.traits.timestampFormat ?? shape.traits.timestampFormat);
    case "blob":
      if (!(value instanceof Uint8Array)) throw mismatch(shape, value);
      return leaves.blob(value);
    case "string":
      if (typeof value !== "string") throw mismatch(shape, value);
      return value;
    case "boolean":
      if (typeof value !== "boolean") throw mismatch(shape, value);
      return value;
    default:
      if (typeof value !== "number") throw mismatch(shape, value);
      return Number.isFinite(value) ? value : leaves.specialNumber(value);
  }
}

function writeStructure(shape: Shape, value: unknown, leaves: LeafWriter): Record<string, unknown> {
  const source = recordOf(shape, value);
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const item = source[member.name];
    if (item !== undefined && item !== null) result[member.wireName] = writeTree(member.shape, item, leaves, member);
  }
  return result;
}

/** The value as an object, or a `TypeError`. */
export function recordOf(shape: Shape, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw mismatch(shape, value);
  return value as Readonly<Record<string, unknown>>;
}

/** Says what is wrong without the value, which may be a secret. */
export function mismatch(shape: Shape, value: unknown): TypeError {
  return new TypeError(`The handler's output has a ${typeof value} where ${shape.name} is a ${shape.type}`);
}
