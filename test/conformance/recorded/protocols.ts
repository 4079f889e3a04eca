import { Tagged } from "cborg";
import { decodeCbor, encodeCbor } from "#wire/cbor/codec.ts";
import { loadModel, type Shape, serviceIndex } from "#wire/model.ts";

/** The protocols of CloudWatch as SDKs speak them: a request from an operation's input, and its answer as botocore. */
export type ProtocolName = "query" | "json" | "smithy-rpc-v2-cbor";

interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Times in an input are `Date`s. */
export function requestIn(protocol: ProtocolName, service: string, operation: string, input: object): Sent {
  const { targetPrefix, jsonVersion, apiVersion } = serviceIndex[service]!;
  switch (protocol) {
    case "query": {
      const form = new URLSearchParams({ Action: operation, Version: apiVersion });
      addFields(form, "", input);
      const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
      return { path: "/", headers, body: Buffer.from(form.toString()) };
    }
    case "json": {
      const headers = {
        "content-type": `application/x-amz-json-${jsonVersion}`,
        "x-amz-target": `${targetPrefix}.${operation}`,
      };
      const tree = withTimes(input, (ms) => ms / 1000);
      return { path: "/", headers, body: Buffer.from(JSON.stringify(tree)) };
    }
    case "smithy-rpc-v2-cbor": {
      const headers = {
        "content-type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
        accept: "application/cbor",
      };
      const path = `/service/${targetPrefix}/operation/${operation}`;
      return { path, headers, body: encodeCbor(withTimes(input, (ms) => new Tagged(1, ms / 1000))) };
    }
  }
}

function withTimes(value: unknown, time: (ms: number) => unknown): unknown {
  if (value instanceof Date) return time(value.getTime());
  if (Array.isArray(value)) return value.map((item) => withTimes(item, time));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withTimes(item, time)]));
}

function addFields(form: URLSearchParams, at: string, value: unknown): void {
  if (value === undefined) return;
  if (value instanceof Date) form.set(at, value.toISOString());
  else if (Array.isArray(value)) {
    if (value.length === 0) form.set(at, "");
    for (const [i, item] of value.entries()) addFields(form, `${at}.member.${i + 1}`, item);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) addFields(form, at === "" ? name : `${at}.${name}`, item);
  } else form.set(at, String(value));
}

/** An answer, or the code and the message of an error. */
export type Answered = { readonly output: unknown } | { readonly code: string; readonly message: string | undefined };

export function answerIn(
  protocol: ProtocolName,
  { service, operation }: { readonly service: string; readonly operation: string },
  response: { readonly ok: boolean; readonly headers: Headers; readonly body: Uint8Array },
): Answered {
  if (protocol === "query") return queryAnswer(service, operation, response);
  const isCbor = protocol === "smithy-rpc-v2-cbor";
  const text = Buffer.from(response.body);
  const tree = text.length === 0 ? {} : isCbor ? decodeCbor(response.body) : JSON.parse(text.toString());
  if (response.ok) return { output: tree };
  const { __type: type, message, Message } = tree as Readonly<Record<string, string>>;
  // The code of the Query protocol is what clients see.
  const code = response.headers.get("x-amzn-query-error")?.split(";")[0] ?? type!.split("#").at(-1)!;
  return { code, message: message ?? Message ?? "" };
}

function queryAnswer(
  service: string,
  operation: string,
  { ok, body }: { readonly ok: boolean; readonly body: Uint8Array },
): Answered {
  const root = parseXml(Buffer.from(body).toString());
  if (!ok) {
    const error = child(root, "Error")!;
    return { code: textOf(child(error, "Code"))!, message: textOf(child(error, "Message")) };
  }
  const { output: shape, resultWrapper } = loadModel(service).operation(operation)!;
  const result = child(root, resultWrapper);
  return { output: shape && result ? readValue(shape, result) : {} };
}

interface Element {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

/** As much of XML as the Query protocol has. */
function parseXml(xml: string): Element {
  const root: Element = { name: "", children: [], text: "" };
  const open = [root];
  for (const [, close, name, empty, text] of xml.matchAll(/<(\/?)([\w.]+)[^<>]*?(\/?)>|([^<>]+)/g)) {
    const top = open.at(-1)!;
    if (text !== undefined) top.text += unescaped(text);
    else if (close) open.pop();
    else {
      const element = { name: name!, children: [], text: "" };
      top.children.push(element);
      if (!empty) open.push(element);
    }
  }
  return root.children.at(-1)!;
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9A-Fa-f]+)|#(\d+)|(\w+));/g, (_, hex, decimal, name: string) =>
    name === undefined ? String.fromCodePoint(Number.parseInt(hex ?? decimal, hex ? 16 : 10)) : entities[name]!,
  );
}

function child({ children }: Element, name: string): Element | undefined {
  return children.find((each) => each.name === name);
}

function textOf(element: Element | undefined): string | undefined {
  return element?.text;
}

function readValue(shape: Shape, element: Element): unknown {
  switch (shape.type) {
    case "structure":
      return Object.fromEntries(
        shape.members.flatMap((member) => {
          const own = child(element, member.wireName);
          return own === undefined ? [] : [[member.name, readValue(member.shape, own)]];
        }),
      );
    case "list":
      return element.children.map((item) => readValue(shape.element!.shape, item));
    case "boolean":
      return element.text === "true";
    case "string":
    case "timestamp":
      return element.text;
    case "blob":
      return Buffer.from(element.text, "base64");
    default:
      return Number(element.text);
  }
}
