import {
  reachableShapes,
  type SourceModel,
  type SourceOperation,
  type SourceReference,
  type SourceShape,
} from "./model.ts";

/** The traits that the wire needs, kept under their own names; prose and client-side hints are left out. */
const referenceTraits = [
  "location",
  "locationName",
  "queryName",
  "flattened",
  "timestampFormat",
  "jsonvalue",
  "idempotencyToken",
  "streaming",
  "event",
  "eventheader",
  "eventpayload",
] as const;
const shapeTraits = [
  "enum",
  "min",
  "max",
  "pattern",
  "sensitive",
  "payload",
  "document",
  "union",
  "eventstream",
  "exception",
  "fault",
  "requiresLength",
] as const;
const metadataTraits = [
  "serviceId",
  "apiVersion",
  "signingName",
  "protocols",
  "jsonVersion",
  "targetPrefix",
  "xmlNamespace",
] as const;

/**
 * The shape table of one service as JSON, one operation or shape a line. `src/wire/model.ts` says what it means.
 * A member without traits of its own is only the name of its shape, one with a `locationName` alone `shape name`.
 */
export function emitTable(model: SourceModel): string {
  const operations = Object.entries(model.operations).map(([name, operation]) =>
    entry(name, tableOperation(operation)),
  );
  const shapes = reachableShapes(model, { errors: true }).map((name) => entry(name, tableShape(model.shapes[name]!)));
  return ["{", `"operations":{\n${operations.join(",\n")}\n},`, `"shapes":{\n${shapes.join(",\n")}\n}`, "}\n"].join(
    "\n",
  );
}

/** What routing needs to know of every service before any table is loaded, one service a line. */
export function emitIndex(models: ReadonlyMap<string, SourceModel>): string {
  const lines = [...models].map(([name, model]) => entry(name, metadataOf(model)));
  return `{\n${lines.join(",\n")}\n}\n`;
}

function metadataOf({ metadata }: SourceModel): object {
  const kept = pick(metadata, metadataTraits);
  kept.protocols ??= [metadata.protocol];
  kept.signingName ??= metadata.endpointPrefix;
  if (metadata.awsQueryCompatible !== undefined) kept.queryCompatible = true;
  return kept;
}

function tableOperation(operation: SourceOperation): object {
  const { method, requestUri, responseCode } = operation.http;
  return defined({
    http: method === "POST" && requestUri === "/" ? undefined : `${method} ${requestUri}`,
    status: responseCode === undefined || responseCode === 200 ? undefined : responseCode,
    input: operation.input?.shape,
    output: operation.output?.shape,
    resultWrapper: operation.output?.resultWrapper,
    errors: operation.errors?.map((error) => error.shape),
    unsigned: operation.authtype === "none" ? true : undefined,
  });
}

function tableShape(shape: SourceShape): object {
  const members = shape.members && Object.entries(shape.members).map(([name, member]) => [name, reference(member)]);
  return defined({
    type: shape.type,
    ...pick(shape, referenceTraits),
    ...pick(shape, shapeTraits),
    error: shape.error && defined({ code: shape.error.code, httpStatusCode: shape.error.httpStatusCode }),
    members: members && Object.fromEntries(members),
    required: shape.required?.length ? shape.required : undefined,
    member: shape.member && reference(shape.member),
    key: shape.key && reference(shape.key),
    value: shape.value && reference(shape.value),
  });
}

function reference(source: SourceReference): object | string {
  const traits = pick(source, referenceTraits);
  const names = Object.keys(traits);
  if (names.length === 0) return source.shape;
  if (names.length === 1 && source.locationName !== undefined) return `${source.shape} ${source.locationName}`;
  return { shape: source.shape, ...traits };
}

function entry(name: string, value: object): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

/** The named properties that are set; `false` and empty texts count as unset. */
function pick<T extends object>(source: T, names: readonly (keyof T & string)[]): Record<string, unknown> {
  const kept = names.map((name) => [name, source[name]] as const);
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined && value !== false && value !== ""));
}

function defined(object: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
