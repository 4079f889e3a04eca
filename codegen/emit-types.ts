import { reachableShapes, type SourceModel, type SourceReference, type SourceShape } from "./model.ts";

/** Names that the emitted text takes from TypeScript's library or `common.ts`, so that no shape may bear them. */
const reserved = new Set(["Readonly", "Record", "Partial", "Uint8Array", "AsyncIterable", "Timestamp", "Operations"]);

/** The TypeScript module of one service: an interface a structure, a union an enum, and `Operations`. */
export function emitTypes(model: SourceModel, header: string): string {
  const names = reachableShapes(model, { errors: false });
  const lines = [header, ""];
  const body = names.flatMap((name) => declarationOf(model, name));
  if (body.some((line) => /\bTimestamp\b/.test(line))) {
    lines.push('import type { Timestamp } from "#generated/common.ts";', "");
  }
  lines.push(...body, ...operationsOf(model));
  return `${lines.join("\n")}\n`;
}

function declarationOf(model: SourceModel, name: string): string[] {
  const shape = model.shapes[name]!;
  if (isEnum(shape)) {
    return [`export type ${checked(name)} = ${shape.enum!.map((value) => JSON.stringify(value)).join(" | ")};`, ""];
  }
  if (!isInterface(shape)) return [];
  const required = new Set(shape.required);
  const members = Object.entries(shape.members ?? {}).map(([member, reference]) => {
    const mark = required.has(member) ? "" : "?";
    return `  readonly ${propertyName(member)}${mark}: ${typeOf(model, reference)};`;
  });
  if (members.length === 0) return [`export type ${checked(name)} = Readonly<Record<never, never>>;`, ""];
  return [`export interface ${checked(name)} {`, ...members, "}", ""];
}

function operationsOf(model: SourceModel): string[] {
  const lines = Object.entries(model.operations).map(([name, operation]) => {
    const shapeName = (reference: SourceReference | undefined) =>
      reference === undefined ? "Readonly<Record<never, never>>" : reference.shape;
    return `  readonly ${name}: { input: ${shapeName(operation.input)}; output: ${shapeName(operation.output)} };`;
  });
  return [
    "/** Every operation of the service with its input and output. */",
    "export interface Operations {",
    ...lines,
    "}",
  ];
}

function typeOf(model: SourceModel, reference: SourceReference): string {
  const shape = model.shapes[reference.shape]!;
  if (shape.eventstream) return `AsyncIterable<${reference.shape}>`;
  if (isEnum(shape) || isInterface(shape)) return reference.shape;
  switch (shape.type) {
    case "structure":
      return "unknown"; // a document
    case "list": {
      const element = typeOf(model, shape.member!);
      return `readonly ${/^(readonly|")/.test(element) || element.includes(" | ") ? `(${element})` : element}[]`;
    }
    case "map": {
      const key = typeOf(model, shape.key!);
      const record = `Record<${key}, ${typeOf(model, shape.value!)}>`;
      return key === "string" ? `Readonly<${record}>` : `Readonly<Partial<${record}>>`;
    }
    case "string":
    case "character":
      return "string";
    case "boolean":
      return "boolean";
    case "timestamp":
      return "Timestamp";
    case "blob":
      return "Uint8Array";
    case "integer":
    case "long":
    case "float":
    case "double":
    case "bigdecimal":
    case "biginteger":
      return "number";
    default:
      throw new Error(`No TypeScript type for a shape of type ${shape.type}: ${reference.shape}`);
  }
}

function isEnum(shape: SourceShape): boolean {
  return shape.type === "string" && shape.enum !== undefined && shape.enum.length > 0;
}

function isInterface(shape: SourceShape): boolean {
  return shape.type === "structure" && !shape.document;
}

function checked(name: string): string {
  if (reserved.has(name)) throw new Error(`A shape bears a reserved name: ${name}`);
  return name;
}

function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
