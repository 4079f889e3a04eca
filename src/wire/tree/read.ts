import { Fault } from "#kernel/fault.ts";
import type { Member, Shape } from "../model.ts";

/** How a format writes the values that not every format can: timestamps, bytes, numbers that JSON lacks. */
export interface LeafReader {
  /** Milliseconds since the epoch, or undefined for what is no timestamp. */
  timestamp(value: unknown): number | undefined;
  blob(value: unknown): Uint8Array | undefined;
}

/** Deeper input than any model has is refused before it can exhaust the stack. */
const deepest = 100;

/**
 * Reads a tree of plain values (parsed JSON or CBOR) as `shape`: members by their wire names, leaves converted. Members
 * that the model lacks, and those that are null, are passed over, as AWS does. Throws a `SerializationException`.
 */
export function readTree(shape: Shape, value: unknown, leaves: LeafReader, depth = 0): unknown {
  if (depth > deepest) throw serializationFault("The input is nested too deeply");
  switch (shape.type) {
    case "structure":
      return shape.traits.document ? value : readStructure(shape, value, leaves, depth);
    case "list":
      if (!Array.isArray(value)) throw unexpected(value, "list");
      return value.map((item) => (item === null ? null : readTree(shape.element!.shape, item, leaves, depth + 1)));
    case "map":
      return readMap(shape, value, leaves, depth);
    case "timestamp":
      return leaves.timestamp(value) ?? fail(value, "Timestamp");
    case "blob":
      return leaves.blob(value) ?? fail(value, "Blob");
    default:
      return readScalar(shape, value);
  }
}

function readStructure(shape: Shape, value: unknown, leaves: LeafReader, depth: number): Record<string, unknown> {
  if (!isRecord(value)) throw unexpected(value, "structure");
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = shape.membersByWireName.get(key);
    const item = value[key];
    if (member === undefined || item === null || item === undefined) continue;
    result[member.name] = readMember(member, item, leaves, depth + 1);
  }
  return result;
}

function readMember(member: Member, value: unknown, leaves: LeafReader, depth: number): unknown {
  return readTree(member.shape, value, leaves, depth);
}

function readMap(shape: Shape, value: unknown, leaves: LeafReader, depth: number): Record<string, unknown> {
  if (!isRecord(value)) throw unexpected(value, "map");
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item === undefined) continue;
    setKey(result, key, item === null ? null : readTree(shape.value!.shape, item, leaves, depth + 1));
  }
  return result;
}

function readScalar(shape: Shape, value: unknown): unknown {
  switch (shape.type) {
    case "string":
      return typeof value === "string" ? value : fail(value, "String");
    case "boolean":
      return typeof value === "boolean" ? value : fail(value, "Boolean");
    case "integer":
      return isWhole(value) && isInteger32(value) ? value : fail(value, "Integer");
    case "long":
      return isWhole(value) ? value : fail(value, "Long");
    default: {
      const number = typeof value === "string" ? specialNumbers.get(value) : value;
      return typeof number === "number" ? number : fail(value, shape.type === "float" ? "Float" : "Double");
    }
  }
}

const specialNumbers: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** Whether an integer of the models can be this whole number: they have 32 bits. */
export function isInteger32(value: number): boolean {
  return value >= -(2 ** 31) && value < 2 ** 31;
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** Sets a key that a client chose: `__proto__` becomes a key like any other. */
export function setKey(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** What AWS answers to a body that does not have the form of the operation's input. */
export function serializationFault(message: string): Fault {
  return new Fault("SerializationException", message, { status: 400 });
}

function fail(value: unknown, wanted: string): never {
  if (typeof value === "object") throw unexpected(value, "scalar");
  throw serializationFault(`${token(value)} cannot be converted to ${wanted}`);
}

function unexpected(value: unknown, wanted: "structure" | "list" | "map" | "scalar"): Fault {
  if (Array.isArray(value)) return serializationFault("Start of list found where not expected");
  if (isRecord(value)) return serializationFault("Start of structure or map found where not expected.");
  return serializationFault(wanted === "list" ? "Expected list or null" : "Expected map or structure or null");
}

/** The JSON token's name in AWS's messages. */
function token(value: unknown): string {
  if (value === true) return "TRUE_VALUE";
  if (value === false) return "FALSE_VALUE";
  if (typeof value === "number") return Number.isInteger(value) ? "NUMBER_VALUE" : "DECIMAL_VALUE";
  return "STRING_VALUE";
}
