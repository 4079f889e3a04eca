import { NormalizedSchema } from "@smithy/core/schema";
import { loadModel, type Member, type Shape } from "#wire/model.ts";
import { ec2Form } from "#wire/query/read.ts";
import type { ProtocolName } from "#wire/table.ts";

/** What a client package exports: operations and structures as schemas, under names that end in `$`. */
export type ClientExports = Readonly<Record<string, unknown>>;

/**
 * One thing that the generated table and the SDK's schemas do not agree on. What only one of them has is no error: the
 * one was made from a newer model than the other.
 */
export interface Difference {
  readonly kind: "conflict" | "newer";
  /** `DescribeTasks.input.tasks` */
  readonly at: string;
  readonly table: string;
  readonly sdk: string;
}

/** Compares a service's generated table with the schemas of its `@aws-sdk/client-*` package, operation by operation. */
export function crossCheck(service: string, client: ClientExports): Difference[] {
  const model = loadModel(service);
  const schemas = operationSchemas(client);
  const found: Difference[] = [];
  for (const name of new Set([...model.operationNames, ...schemas.keys()])) {
    const operation = model.operation(name);
    const schema = schemas.get(name);
    if (operation === undefined || schema === undefined) {
      found.push({ kind: "newer", at: name, table: presence(operation), sdk: presence(schema) });
      continue;
    }
    const names = wireNames[model.protocols[0]!];
    compareOptional(operation.input, schema.input, `${name}.input`, { found, seen: new Set(), names: names.input });
    compareOptional(operation.output, schema.output, `${name}.output`, { found, seen: new Set(), names: names.output });
  }
  return found;
}

interface Walk {
  readonly found: Difference[];
  /** Shapes that have been compared: models have cycles. */
  readonly seen: Set<string>;
  readonly names: WireNames;
}

/** The names that a member has on the wire, by the table and by the SDK. */
interface WireNames {
  ofMember(member: Member): string;
  ofSchema(name: string, traits: Readonly<Record<string, unknown>>): string;
}

const jsonNames: WireNames = {
  ofMember: (member) => member.wireName,
  ofSchema: (name, traits) => String(traits.jsonName ?? name),
};
const restNames: WireNames = {
  ofMember: (member) => (member.traits.location === undefined ? member.wireName : member.name),
  ofSchema: jsonNames.ofSchema,
};
const xmlNames: WireNames = {
  ofMember: (member) => member.wireName,
  ofSchema: (name, traits) => String(traits.xmlName ?? name),
};
const ec2FormNames: WireNames = {
  ofMember: (member) => ec2Form.memberName(member),
  ofSchema: (name, traits) => String(traits.ec2QueryName ?? capitalized(String(traits.xmlName ?? name))),
};
const wireNames: Readonly<Record<ProtocolName, { input: WireNames; output: WireNames }>> = {
  json: { input: jsonNames, output: jsonNames },
  "smithy-rpc-v2-cbor": { input: jsonNames, output: jsonNames },
  "rest-json": { input: restNames, output: restNames },
  query: { input: xmlNames, output: xmlNames },
  ec2: { input: ec2FormNames, output: xmlNames },
};

function capitalized(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

/** A static schema of an operation: `[9, namespace, name, traits, () => input, () => output]`. */
const operationKind = 9;

function operationSchemas(client: ClientExports): Map<string, { input: NormalizedSchema; output: NormalizedSchema }> {
  const schemas = new Map<string, { input: NormalizedSchema; output: NormalizedSchema }>();
  for (const value of Object.values(client)) {
    if (!Array.isArray(value) || value[0] !== operationKind) continue;
    const [, , name, , input, output] = value as [number, string, string, unknown, unknown, unknown];
    schemas.set(name, { input: NormalizedSchema.of(input as never), output: NormalizedSchema.of(output as never) });
  }
  return schemas;
}

function compareOptional(shape: Shape | undefined, schema: NormalizedSchema, at: string, walk: Walk): void {
  const theirs = schema.isStructSchema() ? Object.keys(schema.getMemberSchemas()) : [];
  if (shape !== undefined && schema.isStructSchema()) compare(shape, schema, at, walk);
  else if ((shape?.members.length ?? 0) + theirs.length > 0) {
    walk.found.push({ kind: "newer", at, table: presence(shape), sdk: theirs.join(", ") });
  }
}

function compare(shape: Shape, schema: NormalizedSchema, at: string, walk: Walk): void {
  const kind = kindOfShape(shape);
  const other = kindOfSchema(schema);
  if (kind !== other) {
    walk.found.push({ kind: "conflict", at, table: kind, sdk: other });
    return;
  }
  if (kind === "structure") compareMembers(shape, schema, at, walk);
  if (kind === "list") compare(shape.element!.shape, schema.getValueSchema(), `${at}[]`, walk);
  if (kind === "map") compare(shape.value!.shape, schema.getValueSchema(), `${at}{}`, walk);
}

function compareMembers(shape: Shape, schema: NormalizedSchema, at: string, walk: Walk): void {
  if (walk.seen.has(shape.name)) return;
  walk.seen.add(shape.name);
  const theirs = schema.getMemberSchemas();
  const ours = new Map(shape.members.map((member) => [member.name, member]));
  for (const name of new Set([...ours.keys(), ...Object.keys(theirs)])) {
    const member = ours.get(name);
    const memberSchema = theirs[name];
    if (member === undefined || memberSchema === undefined) {
      const newer = { table: presence(member), sdk: presence(memberSchema) };
      walk.found.push({ kind: "newer", at: `${at}.${name}`, ...newer });
      continue;
    }
    const table = walk.names.ofMember(member);
    const sdk = walk.names.ofSchema(name, memberSchema.getMergedTraits());
    if (table !== sdk) walk.found.push({ kind: "conflict", at: `${at}.${name}`, table, sdk });
    compare(member.shape, memberSchema, `${at}.${name}`, walk);
  }
}

function kindOfShape({ type, traits }: Shape): string {
  if (traits.document) return "document";
  if (["integer", "long", "float", "double"].includes(type)) return "number";
  return type;
}

function kindOfSchema(schema: NormalizedSchema): string {
  if (schema.isDocumentSchema()) return "document";
  if (schema.isStructSchema()) return "structure";
  if (schema.isListSchema()) return "list";
  if (schema.isMapSchema()) return "map";
  if (schema.isTimestampSchema()) return "timestamp";
  if (schema.isBlobSchema()) return "blob";
  if (schema.isBooleanSchema()) return "boolean";
  if (schema.isNumericSchema()) return "number";
  return schema.isStringSchema() ? "string" : "unknown";
}

function presence(value: unknown): string {
  return value === undefined ? "absent" : "present";
}
