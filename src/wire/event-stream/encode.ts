import { Fault } from "#kernel/fault.ts";
import { jsonWriter } from "../json/leaves.ts";
import type { Shape } from "../model.ts";
import { writeTree } from "../tree/write.ts";
import { encodeFrame } from "./frame.ts";

export interface EventStreamOptions {
  /** The output's other members; RPC protocols send them ahead of the events. */
  readonly initialResponse?: unknown;
}

/**
 * Encodes a handler's events, each `{ <event's name>: <its members> }`. A `Fault` that the iterable throws becomes the
 * stream's last message, an exception when the stream's model has it; any other error ends the stream as an
 * `InternalFailure` and is thrown on, for the gateway to log.
 */
export async function* encodeEvents(
  stream: Shape,
  events: AsyncIterable<unknown>,
  options: EventStreamOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  if (options.initialResponse !== undefined) yield eventFrame("initial-response", options.initialResponse);
  try {
    for await (const event of events) yield encodeEvent(stream, event);
  } catch (error) {
    yield encodeFailure(stream, error);
    if (!(error instanceof Fault)) throw error;
  }
}

function encodeEvent(stream: Shape, event: unknown): Uint8Array {
  const member = stream.members.find(({ name }) => (event as Record<string, unknown>)[name] !== undefined);
  if (member === undefined) throw new TypeError(`The handler sent an event that ${stream.name} does not have`);
  const value = (event as Record<string, unknown>)[member.name];
  return eventFrame(member.wireName, writeTree(member.shape, value, jsonWriter));
}

function eventFrame(type: string, payload: unknown): Uint8Array {
  const headers = { ":event-type": type, ":content-type": "application/json", ":message-type": "event" };
  return encodeFrame(headers, Buffer.from(JSON.stringify(payload)));
}

function encodeFailure(stream: Shape, error: unknown): Uint8Array {
  const fault = error instanceof Fault ? error : new Fault("InternalFailure", "The stream has failed.");
  const exception = stream.members.find(({ shape }) => shape.traits.exception && shape.name === fault.code);
  if (exception === undefined) {
    const headers = { ":message-type": "error", ":error-code": fault.code, ":error-message": fault.message };
    return encodeFrame(headers, new Uint8Array());
  }
  const headers = {
    ":exception-type": exception.wireName,
    ":content-type": "application/json",
    ":message-type": "exception",
  };
  return encodeFrame(headers, Buffer.from(JSON.stringify({ message: fault.message })));
}
