import { encodeEvents } from "../event-stream/encode.ts";
import { type HttpRequest, type HttpResponse, textOf } from "../message.ts";
import type { Model } from "../model.ts";
import { faultMembers, type Protocol, queryError } from "../protocol.ts";
import { readTree, serializationFault } from "../tree/read.ts";
import { mismatch, recordOf, writeTree } from "../tree/write.ts";
import { jsonReader, jsonWriter } from "./leaves.ts";

/** AWS JSON 1.0 and 1.1: the operation in `X-Amz-Target`, the input in the body. */
export const jsonProtocol: Protocol = {
  name: "json",

  parse(request, operation) {
    const body = parseJsonBody(request);
    if (operation.input === undefined || body === undefined) return {};
    return readTree(operation.input, body, jsonReader) as Record<string, unknown>;
  },

  serialize(operation, output, requestId) {
    const headers = headersOf(operation.service, requestId);
    const { output: shape, eventStream } = operation;
    if (shape === undefined) return { status: 200, headers, body: "" };
    if (eventStream !== undefined) {
      const { [eventStream.name]: events, ...initial } = recordOf(shape, output);
      if (!isAsyncIterable(events)) throw mismatch(eventStream.shape, events);
      const body = encodeEvents(eventStream.shape, events, {
        initialResponse: writeTree(shape, initial, jsonWriter),
      });
      return { status: 200, headers: { ...headers, "content-type": "application/vnd.amazon.eventstream" }, body };
    }
    return { status: 200, headers, body: JSON.stringify(writeTree(shape, output ?? {}, jsonWriter)) };
  },

  serializeFault(fault, service, requestId): HttpResponse {
    const headers: Record<string, string> = { ...headersOf(service, requestId), "x-amzn-errortype": fault.shapeName };
    if (service?.queryCompatible) headers["x-amzn-query-error"] = queryError(fault);
    return {
      status: fault.status,
      headers,
      body: JSON.stringify({ __type: fault.shapeName, ...faultMembers(fault, jsonWriter) }),
    };
  },
};

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function headersOf(service: Model | undefined, requestId: string): Record<string, string> {
  return {
    "content-type": `application/x-amz-json-${service?.jsonVersion ?? "1.1"}`,
    "x-amzn-requestid": requestId,
  };
}

/** The parsed body, or undefined when there is none. Throws a `SerializationException`. */
export function parseJsonBody(request: HttpRequest): unknown {
  if (request.body.byteLength === 0) return undefined;
  const text = textOf(request.body);
  if (text === undefined) throw serializationFault("The body is not UTF-8");
  try {
    return JSON.parse(text);
  } catch {
    throw serializationFault("The body is not valid JSON");
  }
}
