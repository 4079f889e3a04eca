import { Fault } from "#kernel/fault.ts";
import { jsonReader, jsonWriter } from "../json/leaves.ts";
import { parseJsonBody } from "../json/protocol.ts";
import type { HttpRequest, HttpResponse } from "../message.ts";
import type { Member, Operation, Shape } from "../model.ts";
import { faultMembers, type PathLabels, type Protocol } from "../protocol.ts";
import { parseScalar } from "../query/read.ts";
import type { TimestampFormat } from "../table.ts";
import { formatTimestamp } from "../timestamp.ts";
import { readTree, setKey } from "../tree/read.ts";
import { recordOf, writeTree } from "../tree/write.ts";

/** REST JSON: method and path name the operation; members stand in path, query, headers and body. */
export const restJsonProtocol: Protocol = {
  name: "rest-json",

  parse(request, operation, labels) {
    return operation.input === undefined ? {} : readRequest(request, operation.input, labels);
  },

  serialize(operation, output, requestId) {
    const headers: Record<string, string> = { "x-amzn-requestid": requestId };
    if (operation.output === undefined) return { status: operation.status, headers, body: "" };
    return writeResponse(operation, operation.output, recordOf(operation.output, output ?? {}), headers);
  },

  serializeFault(fault, _service, requestId) {
    const headers = {
      "content-type": "application/json",
      "x-amzn-requestid": requestId,
      "x-amzn-errortype": fault.shapeName,
    };
    return { status: fault.status, headers, body: JSON.stringify(faultMembers(fault, jsonWriter)) };
  },
};

function readRequest(request: HttpRequest, shape: Shape, labels: PathLabels): Record<string, unknown> {
  const query = new URLSearchParams(request.query);
  const input: Record<string, unknown> = {};
  for (const member of shape.members) {
    const value = readLocated(member, request, query, labels);
    if (value !== undefined) input[member.name] = value;
  }
  const payload = shape.members.find((member) => member.name === shape.traits.payload);
  if (payload !== undefined) {
    if (payload.shape.type === "blob") input[payload.name] = request.body;
    else if (request.body.byteLength > 0)
      input[payload.name] = readTree(payload.shape, parseJsonBody(request), jsonReader);
  } else if (shape.members.some(inBody) && request.body.byteLength > 0) {
    const body = readTree(shape, parseJsonBody(request), jsonReader) as Record<string, unknown>;
    for (const member of shape.members.filter(inBody)) {
      if (body[member.name] !== undefined) input[member.name] = body[member.name];
    }
  }
  return input;
}

function inBody(member: Member): boolean {
  return member.traits.location === undefined;
}

function readLocated(member: Member, request: HttpRequest, query: URLSearchParams, labels: PathLabels): unknown {
  const { shape, traits, wireName } = member;
  switch (traits.location) {
    case "uri":
      return readText(member, labels[wireName]);
    case "querystring":
      if (shape.type === "list") {
        const values = query.getAll(wireName);
        return values.length === 0 ? undefined : values.map((value) => readText(shape.element!, value));
      }
      if (shape.type === "map") return readQueryMap(shape, query);
      return readText(member, query.get(wireName) ?? undefined);
    case "header":
      return readText(member, request.headers[wireName.toLowerCase()]);
    case "headers": {
      const prefix = wireName.toLowerCase();
      const found = Object.entries(request.headers).filter(([name]) => name.startsWith(prefix));
      return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
    }
    default:
      return undefined;
  }
}

/** A map takes every parameter that no other member has; services with such maps have no other members. */
function readQueryMap(shape: Shape, query: URLSearchParams): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  const isList = shape.value!.shape.type === "list";
  for (const name of new Set(query.keys())) setKey(map, name, isList ? query.getAll(name) : query.get(name));
  return map;
}

function readText(member: Member, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  const value = parseScalar(member.shape, text);
  if (value === undefined)
    throw new Fault("SerializationException", `Invalid value for ${member.name}`, { status: 400 });
  return value;
}

function writeResponse(
  operation: Operation,
  shape: Shape,
  output: Readonly<Record<string, unknown>>,
  headers: Record<string, string>,
): HttpResponse {
  let status = operation.status;
  const body: Record<string, unknown> = {};
  for (const member of shape.members) {
    const value = output[member.name];
    if (value === undefined || value === null) continue;
    const { location } = member.traits;
    if (location === "statusCode") status = Number(value);
    else if (location === "header") headers[member.wireName.toLowerCase()] = headerText(member, value);
    else if (location === "headers") {
      for (const [name, text] of Object.entries(value)) headers[(member.wireName + name).toLowerCase()] = String(text);
    } else body[member.name] = value;
  }
  const payload = shape.members.find((member) => member.name === shape.traits.payload);
  if (payload?.shape.type === "blob") {
    return { status, headers, body: (output[payload.name] as Uint8Array | undefined) ?? "" };
  }
  headers["content-type"] = "application/json";
  const written =
    payload === undefined
      ? writeTree(shape, body, jsonWriter)
      : writeTree(payload.shape, output[payload.name] ?? {}, jsonWriter);
  return { status, headers, body: JSON.stringify(written) };
}

function headerText(member: Member, value: unknown): string {
  if (member.shape.type !== "timestamp") return String(value);
  const format: TimestampFormat = member.traits.timestampFormat ?? member.shape.traits.timestampFormat ?? "rfc822";
  return String(formatTimestamp(value as number, format));
}
