import assert from "node:assert/strict";
import { it } from "node:test";
import { gzipSync } from "node:zlib";
import { type Random, seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import type { HttpRequest } from "#wire/message.ts";
import { loadModel, type Shape } from "#wire/model.ts";
import { signRequest } from "#wire/sigv4/sign.ts";
import { credentials, fakeService, testGateway } from "../../test/support/gateway.ts";

/**
 * Malformed requests from a seed: valid ones for random operations, then broken in body, head or signature. Whatever
 * comes, the gateway answers, never with an internal failure and never with an error in its log.
 */
const seed = Number(process.env.ESTIVA_FUZZ_SEED ?? 20260131);
const requests = 5000;

const services = ["ecs", "logs", "ec2", "sts"] as const;
const clock = new VirtualClock();

it(`${requests} malformed requests from seed ${seed}`, async () => {
  const random = seededRandom(seed);
  const modules = services.map((name) => {
    const model = loadModel(name);
    const handlers = model.operationNames.map((operation) => {
      const events = model.operation(operation)!.eventStream?.name;
      const output = events === undefined ? {} : { [events]: noEvents() };
      return [operation, async () => output];
    });
    return fakeService(name, Object.fromEntries(handlers));
  });
  const { gateway, lines } = testGateway(modules, { clock });
  const statuses = new Map<number, number>();
  for (let i = 0; i < requests; i++) {
    const request = breakHead(random, makeRequest(random));
    const { status, body } = await gateway.respond(request, () => new AbortController().signal);
    if (typeof body !== "string" && !(body instanceof Uint8Array)) for await (const _ of body);
    assert(status === 200 || (status >= 400 && status !== 500), `request ${i}: ${describe(request)} gave ${status}`);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  assert.deepEqual(lines, []);
  assert((statuses.get(200) ?? 0) > requests / 50, "some requests must get through to the handlers");
  assert((statuses.get(400) ?? 0) > requests / 4, "most must be refused");
});

async function* noEvents(): AsyncGenerator<never> {}

function makeRequest(random: Random): HttpRequest {
  const service = pick(random, services);
  const model = loadModel(service);
  const operation = model.operation(pick(random, model.operationNames))!;
  const input = operation.input === undefined ? {} : makeValue(random, operation.input, 0);
  const isForm = service === "ec2" || service === "sts";
  const text = isForm
    ? `Action=${operation.name}&Version=${model.apiVersion}${formOf(input, "")}`
    : JSON.stringify(input);
  const { body, headers } = breakBody(random, Buffer.from(text ?? ""));
  const request: HttpRequest = {
    method: "POST",
    path: "/",
    query: "",
    headers: {
      host: "127.0.0.1:4566",
      "content-type": isForm ? "application/x-www-form-urlencoded" : "application/x-amz-json-1.1",
      ...(isForm ? {} : { "x-amz-target": `${model.targetPrefix}.${operation.name}` }),
      ...headers,
    },
    body,
  };
  if (chance(random, 0.1)) return request;
  return signRequest(request, { credentials, region: "us-east-1", service, now: clock.now() });
}

/** A value roughly of the shape; sometimes of another one. */
function makeValue(random: Random, shape: Shape, depth: number): unknown {
  if (chance(random, 0.04)) return pick(random, oddValues);
  if (depth > 6) return undefined;
  switch (shape.type) {
    case "structure": {
      const members = shape.members.filter((member) => member.required || chance(random, 0.2));
      return Object.fromEntries(members.map((m) => [m.wireName, makeValue(random, m.shape, depth + 1)]));
    }
    case "list":
      return Array.from({ length: whole(random, 3) }, () => makeValue(random, shape.element!.shape, depth + 1));
    case "map":
      return {
        [pick(random, ["k", "__proto__", "constructor", ""])]: makeValue(random, shape.value!.shape, depth + 1),
      };
    case "string":
      return shape.traits.enum === undefined ? "x".repeat(whole(random, 20)) : pick(random, shape.traits.enum);
    case "boolean":
      return true;
    case "blob":
      return "AA==";
    default:
      return whole(random, 100);
  }
}

const oddValues: readonly unknown[] = [
  ...[null, "", "\u0000", "\ud800", -1, 1.5, 1e308, 2 ** 53, true, [], {}, [null], { __proto__: null, a: 1 }],
  ...["x".repeat(3000), [[[[]]]], { toString: 1 }],
];

function formOf(value: unknown, prefix: string): string {
  if (typeof value !== "object" || value === null) return `&${prefix}=${encodeURIComponent(wellFormed(value))}`;
  const entries = Array.isArray(value) ? value.map((item, i) => [String(i + 1), item]) : Object.entries(value);
  return entries.map(([name, item]) => formOf(item, prefix === "" ? name : `${prefix}.${name}`)).join("");
}

function wellFormed(value: unknown): string {
  return String(value).toWellFormed();
}

interface Broken {
  readonly body: Uint8Array;
  readonly headers: Record<string, string>;
}

function breakBody(random: Random, body: Buffer): Broken {
  switch (whole(random, 10)) {
    case 0:
      return { body: body.subarray(0, whole(random, body.byteLength + 1)), headers: {} };
    case 1: {
      const flipped = Buffer.from(body);
      for (let i = 0; i < 5 && body.byteLength > 0; i++) flipped[whole(random, body.byteLength)] = whole(random, 256);
      return { body: flipped, headers: {} };
    }
    case 2:
      return { body: random.bytes(whole(random, 200)), headers: {} };
    case 3:
      return { body: gzipSync(body), headers: { "content-encoding": "gzip" } };
    case 4:
      return { body, headers: { "content-encoding": pick(random, ["gzip", "br", "zstd", ""]) } };
    case 5:
      return { body: Buffer.from("[".repeat(whole(random, 50_000))), headers: {} };
    default:
      return { body, headers: {} };
  }
}

const headerNames = [
  "authorization",
  "x-amz-target",
  "x-amz-date",
  "content-type",
  "host",
  "smithy-protocol",
  "__proto__",
];
const targets = [
  "constructor.x",
  ".",
  "AmazonEC2ContainerServiceV20141113.",
  "AmazonEC2ContainerServiceV20141113.__proto__",
];
const paths = [
  "",
  "//",
  "/%",
  "/../..",
  "/service/x/operation/y",
  "/service/Logs_20140328/operation/DescribeLogGroups",
];
const queries = [
  "%",
  "&&=&",
  "Action=%",
  "X-Amz-Algorithm=",
  "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/b/c/d/e",
  "Version=2016-11-15",
];

function breakHead(random: Random, request: HttpRequest): HttpRequest {
  const headers: Record<string, string | undefined> = { ...request.headers };
  switch (whole(random, 14)) {
    case 0:
      Reflect.set(headers, pick(random, headerNames), String.fromCharCode(...random.bytes(whole(random, 40))));
      return { ...request, headers };
    case 1:
      return { ...request, headers: { ...headers, authorization: scramble(random, headers.authorization ?? "") } };
    case 2:
      return { ...request, headers: { ...headers, "x-amz-target": pick(random, targets) } };
    case 3:
      return { ...request, path: pick(random, paths), headers: { ...headers, "smithy-protocol": "rpc-v2-cbor" } };
    case 4:
      return { ...request, query: pick(random, queries) };
    case 5:
      return { ...request, method: pick(random, ["GET", "DELETE", "PATCH", "FOO"]), headers: { host: "h" } };
    case 6:
      return {
        ...request,
        query: `${pick(random, queries)}&X-Amz-Signature=zz&X-Amz-SignedHeaders=host&X-Amz-Date=0`,
        headers: {},
      };
    default:
      return request;
  }
}

/** The text with one part cut out, doubled or replaced. */
function scramble(random: Random, text: string): string {
  const [a, b] = [whole(random, text.length + 1), whole(random, text.length + 1)].sort((x, y) => x - y) as [
    number,
    number,
  ];
  const middle = pick(random, ["", text.slice(a, b).repeat(2), "=", ",", "/", ";constructor", "Credential="]);
  return text.slice(0, a) + middle + text.slice(b);
}

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[whole(random, choices.length)]!;
}

function whole(random: Random, below: number): number {
  return Math.floor(random.float() * below);
}

function chance(random: Random, probability: number): boolean {
  return random.float() < probability;
}

function describe(request: HttpRequest): string {
  return JSON.stringify({ ...request, body: Buffer.from(request.body).toString("latin1").slice(0, 500) });
}
