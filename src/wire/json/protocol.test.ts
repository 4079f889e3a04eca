import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadModel } from "../model.ts";
import type { WireFault } from "../protocol.ts";
import { postOf, smallOperation, smallService, structure } from "../testing.ts";
import { jsonProtocol } from "./protocol.ts";

const operation = smallOperation({
  Input: structure({
    name: "String",
    count: "Integer",
    at: "Time",
    data: "Bytes",
    ratio: "Double",
    flag: "Flag",
    names: "Names",
    tags: "Tags",
    inner: "Input",
    renamed: "String wireName",
    anything: "Document",
  }),
  Bytes: { type: "blob" },
  Double: { type: "double" },
  Flag: { type: "boolean" },
  Names: { type: "list", member: "String" },
  Tags: { type: "map", key: "String", value: "String" },
  Document: structure({}, { document: true }),
});
const parse = (body: string) => jsonProtocol.parse(postOf(body), operation, {});

describe("reading JSON", () => {
  const read: [string, object][] = [
    ["", {}],
    ["{}", {}],
    ['{"name":"a","unknown":{"deep":1},"count":null}', { name: "a" }],
    ['{"at":1.5}', { at: 1500 }],
    ['{"at":"2026-01-01T00:00:00Z"}', { at: Date.UTC(2026, 0, 1) }],
    ['{"data":"AAEC"}', { data: Buffer.from([0, 1, 2]) }],
    ['{"ratio":"NaN"}', { ratio: Number.NaN }],
    ['{"ratio":1,"flag":false}', { ratio: 1, flag: false }],
    ['{"names":["a",null]}', { names: ["a", null] }],
    ['{"inner":{"inner":{"wireName":"x","renamed":"y"}}}', { inner: { inner: { renamed: "x" } } }],
    ['{"anything":{"a":[1,null]}}', { anything: { a: [1, null] } }],
  ];
  for (const [body, input] of read) it(body || "no body", () => assert.deepEqual(parse(body), input));

  it("a key named __proto__ is a key like any other", () => {
    const { tags } = parse('{"tags":{"__proto__":"x","constructor":"y"}}') as { tags: object };
    assert.deepEqual(Object.entries(tags), [
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    assert.equal(Object.getPrototypeOf(tags), Object.prototype);
  });

  const refused: [string, string][] = [
    ["{", "The body is not valid JSON"],
    ['"x"', "Expected map or structure or null"],
    ["[]", "Start of list found where not expected"],
    ['{"name":1}', "NUMBER_VALUE cannot be converted to String"],
    ['{"name":{}}', "Start of structure or map found where not expected."],
    ['{"count":"1"}', "STRING_VALUE cannot be converted to Integer"],
    ['{"count":1.5}', "DECIMAL_VALUE cannot be converted to Integer"],
    ['{"count":2147483648}', "NUMBER_VALUE cannot be converted to Integer"],
    ['{"flag":"true"}', "STRING_VALUE cannot be converted to Boolean"],
    ['{"at":"soon"}', "STRING_VALUE cannot be converted to Timestamp"],
    ['{"data":"%"}', "STRING_VALUE cannot be converted to Blob"],
    ['{"ratio":true}', "TRUE_VALUE cannot be converted to Double"],
    ['{"names":"a"}', "Expected list or null"],
    [`${'{"inner":'.repeat(5000)}{}${"}".repeat(5000)}`, "The input is nested too deeply"],
    ["\ud800".repeat(2), "The body is not valid JSON"],
  ];
  for (const [body, message] of refused) {
    it(`${body.slice(0, 40)} is refused`, () => {
      assert.throws(() => parse(body), { name: "Fault", code: "SerializationException", message });
    });
  }

  it("a body that is not UTF-8 is refused", () => {
    const request = postOf(Buffer.from([0x22, 0xff, 0x22]));
    assert.throws(() => jsonProtocol.parse(request, operation, {}), { message: "The body is not UTF-8" });
  });
});

describe("writing JSON", () => {
  const output = smallOperation({
    Output: structure({
      at: "Time",
      isoAt: { shape: "Time", timestampFormat: "iso8601" },
      data: "Bytes",
      list: "List",
    }),
    Bytes: { type: "blob" },
    List: { type: "list", member: "Output" },
  });
  const write = (value: unknown) => jsonProtocol.serialize(output, value, "id-1");

  it("only the model's members, in the wire's form", () => {
    const value = { at: 1500, isoAt: 1500, data: Buffer.from("a"), secret: "x", list: [{ at: 0 }, {}] };
    assert.equal(write(value).body, '{"at":1.5,"isoAt":"1970-01-01T00:00:01.500Z","data":"YQ==","list":[{"at":0},{}]}');
  });

  it("request id and content type", () => {
    assert.deepEqual(write({}).headers, {
      "content-type": "application/x-amz-json-1.1",
      "x-amzn-requestid": "id-1",
    });
  });

  it("an output of another form is a bug, told without the value", () => {
    assert.throws(() => write({ at: "topsecret" }), /^TypeError: The handler's output has a string where Time is a/);
  });
});

describe("faults in JSON", () => {
  const fault: WireFault = {
    shapeName: "NotFoundException",
    code: "NotFound",
    message: "No such thing.",
    status: 400,
    shape: undefined,
    members: {},
  };

  it("type in header and body", () => {
    const { status, headers, body } = jsonProtocol.serializeFault(fault, loadModel("ecs"), "id-1");
    assert.equal(status, 400);
    assert.equal(headers["x-amzn-errortype"], "NotFoundException");
    assert.equal(headers["x-amzn-query-error"], undefined);
    assert.equal(body, '{"__type":"NotFoundException","message":"No such thing."}');
  });

  it("members and the message under the model's own name for it", () => {
    const shape = smallOperation(
      { E: structure({ Message: "String", ids: "Ids" }), Ids: { type: "list", member: "String" } },
      {},
      { errors: ["E"] },
    ).errors[0];
    const { body } = jsonProtocol.serializeFault({ ...fault, shape, members: { ids: ["a"] } }, undefined, "id-1");
    assert.equal(body, '{"__type":"NotFoundException","ids":["a"],"Message":"No such thing."}');
  });

  it("services that once spoke Query also give the code of that protocol", () => {
    const service = smallService({}, { queryCompatible: true });
    const { headers } = jsonProtocol.serializeFault(fault, service, "id-1");
    assert.equal(headers["x-amzn-query-error"], "NotFound;Sender");
    const failure = jsonProtocol.serializeFault({ ...fault, status: 500 }, service, "id-1");
    assert.equal(failure.headers["x-amzn-query-error"], "NotFound;Receiver");
  });
});
