import { readFileSync } from "node:fs";
import type { ReferenceTraits, ServiceMetadata, ShapeType, Table, TableReference, TableShape } from "./table.ts";

/** A service's model, with shapes linked to the shapes that they name. */
export interface Model extends ServiceMetadata {
  /** The name in `generated/`: `ecs`, `logs`, `ec2`. */
  readonly name: string;
  /** The operation of this name, linked when first asked for. */
  operation(name: string): Operation | undefined;
  readonly operationNames: readonly string[];
}

export interface Operation {
  readonly name: string;
  readonly service: Model;
  readonly method: string;
  /** The path template of REST protocols: `/clusters/{name}/tags`. */
  readonly uri: string;
  /** The HTTP status of success. */
  readonly status: number;
  readonly input: Shape | undefined;
  readonly output: Shape | undefined;
  readonly resultWrapper: string;
  readonly errors: readonly Shape[];
  readonly unsigned: boolean;
  /** The output's member that is an event stream. */
  readonly eventStream: Member | undefined;
}

export interface Shape {
  readonly name: string;
  readonly type: ShapeType;
  readonly traits: TableShape;
  /** A structure's, in the model's order; else empty. */
  readonly members: readonly Member[];
  /** By the name that JSON and CBOR use. */
  readonly membersByWireName: ReadonlyMap<string, Member>;
  readonly element: Member | undefined;
  readonly key: Member | undefined;
  readonly value: Member | undefined;
  readonly enumValues: ReadonlySet<string> | undefined;
}

export interface Member {
  readonly name: string;
  readonly shape: Shape;
  readonly required: boolean;
  readonly traits: ReferenceTraits;
  /** `locationName`, else the name. */
  readonly wireName: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The metadata of every generated service by its name. */
export const serviceIndex: Readonly<Record<string, ServiceMetadata>> = readGenerated("index.json");

const models = new Map<string, Model>();

/** Loads a service's table when first asked for it. Throws when no such service was generated. */
export function loadModel(name: string): Model {
  let model = models.get(name);
  if (model === undefined) {
    const metadata = serviceIndex[name];
    if (metadata === undefined) throw new Error(`No generated model of service ${name}`);
    model = linkModel(name, metadata, readGenerated<Table>(`${name}/table.json`));
    models.set(name, model);
  }
  return model;
}

/** Makes a model of a table, for tests of protocols that no generated service uses. */
export function linkModel(name: string, metadata: ServiceMetadata, table: Table): Model {
  const shapes = new Map<string, Shape>();
  const operations = new Map<string, Operation>();
  const model: Model = {
    ...metadata,
    name,
    operationNames: Object.keys(table.operations),
    operation(operationName) {
      let operation = operations.get(operationName);
      if (operation === undefined && Object.hasOwn(table.operations, operationName)) {
        operation = linkOperation(model, operationName, table, shapes);
        operations.set(operationName, operation);
      }
      return operation;
    },
  };
  return model;
}

function linkOperation(service: Model, name: string, table: Table, shapes: Map<string, Shape>): Operation {
  const source = table.operations[name]!;
  const link = (shape: string | undefined) => (shape === undefined ? undefined : linkShape(shape, table, shapes));
  const [method, uri] = (source.http ?? "POST /").split(" ") as [string, string];
  const output = link(source.output);
  return {
    name,
    service,
    method,
    uri,
    status: source.status ?? 200,
    input: link(source.input),
    output,
    resultWrapper: source.resultWrapper ?? `${name}Result`,
    errors: (source.errors ?? []).map((error) => linkShape(error, table, shapes)),
    unsigned: source.unsigned ?? false,
    eventStream: output?.members.find((member) => member.shape.traits.eventstream),
  };
}

function linkShape(name: string, table: Table, shapes: Map<string, Shape>): Shape {
  const known = shapes.get(name);
  if (known !== undefined) return known;
  const source = table.shapes[name];
  if (source === undefined) throw new Error(`The table lacks a shape that it names: ${name}`);
  const shape: Mutable<Shape> = {
    name,
    type: source.type,
    traits: source,
    members: [],
    membersByWireName: new Map(),
    element: undefined,
    key: undefined,
    value: undefined,
    enumValues: source.enum && new Set(source.enum),
  };
  shapes.set(name, shape); // before its members, which may lead back to it
  const required = new Set(source.required);
  const link = (member: string, reference: TableReference | undefined) =>
    reference === undefined ? undefined : linkMember(member, reference, required.has(member), table, shapes);
  shape.members = Object.entries(source.members ?? {}).map(([member, reference]) => link(member, reference)!);
  shape.membersByWireName = new Map(shape.members.map((member) => [member.wireName, member]));
  shape.element = link("member", source.member);
  shape.key = link("key", source.key);
  shape.value = link("value", source.value);
  return shape;
}

function linkMember(
  name: string,
  reference: TableReference,
  required: boolean,
  table: Table,
  shapes: Map<string, Shape>,
): Member {
  const traits = typeof reference === "string" ? shorthand(reference) : reference;
  const shape = linkShape(traits.shape, table, shapes);
  return { name, shape, required, traits, wireName: traits.locationName ?? name };
}

function shorthand(text: string): { shape: string } & ReferenceTraits {
  const space = text.indexOf(" ");
  if (space === -1) return { shape: text };
  return { shape: text.slice(0, space), locationName: text.slice(space + 1) };
}

function readGenerated<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../generated/${path}`, import.meta.url), "utf8")) as T;
}
