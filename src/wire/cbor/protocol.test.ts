import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decode, encode, Tagged } from "cborg";
import { postOf, smallOperation, smallService, structure } from "../testing.ts";
import { cborProtocol } from "./protocol.ts";

const shapes = {
  Input: structure({ name: "String", at: "Time", data: "Bytes", ratio: "Double", inner: "Input" }),
  Output: structure({ at: "Time", data: "Bytes", ratio: "Double" }),
  Bytes: { type: "blob" },
  Double: { type: "double" },
} as const;
const operation = smallOperation(shapes);
const parse = (body: Uint8Array) => cborProtocol.parse(postOf(body), operation, {});

describe("reading CBOR", () => {
  it("values that JSON lacks", () => {
    const value = { name: "a", at: new Tagged(1, 1.5), data: Buffer.from([1, 2]), ratio: Number.NaN, other: 1 };
    const input = parse(encode(value));
    assert.deepEqual(input, { name: "a", at: 1500, data: new Uint8Array([1, 2]), ratio: Number.NaN });
  });

  it("indefinite lengths, and no body", () => {
    assert.deepEqual(parse(Buffer.from("bf646e616d65626162ff", "hex")), { name: "ab" });
    assert.deepEqual(parse(new Uint8Array()), {});
  });

  const deep = Buffer.concat([...Array<Buffer>(300).fill(Buffer.from("a165696e6e6572", "hex")), Buffer.from([0xa0])]);
  const refused: [string, Uint8Array][] = [
    ["cut off", encode({ name: "abc" }).slice(0, -1)],
    ["two items", Buffer.from([0xa0, 0xa0])],
    ["an array without end", Buffer.alloc(2_000_000, 0x81)],
    ["a huge length", Buffer.from([0x9b, 0, 0, 0, 255, 255, 255, 255, 255])],
    ["tags without end", Buffer.alloc(2_000_000, 0xc1)],
    ["structures without end", deep],
    ["no map", encode([1])],
    ["a timestamp without its tag", encode({ at: 1 })],
    ["text for bytes", encode({ data: "AA==" })],
  ];
  for (const [name, body] of refused) {
    it(`refuses ${name}`, () => assert.throws(() => parse(body), { name: "Fault", code: "SerializationException" }));
  }
});

describe("writing CBOR", () => {
  it("timestamps as tag 1, bytes as bytes", () => {
    const { body, headers } = cborProtocol.serialize(
      operation,
      { at: 1500, data: new Uint8Array([1]), ratio: 0.5 },
      "id",
    );
    const value = decode(body as Uint8Array, { tags: Tagged.preserve(1) });
    assert.deepEqual(value, { at: new Tagged(1, 1.5), data: new Uint8Array([1]), ratio: 0.5 });
    assert.equal(headers["smithy-protocol"], "rpc-v2-cbor");
  });

  it("faults", () => {
    const fault = { shapeName: "E", code: "OldE", message: "m", status: 400, shape: undefined, members: {} };
    const service = smallService({}, { queryCompatible: true });
    const { body, headers } = cborProtocol.serializeFault(fault, service, "id");
    assert.deepEqual(decode(body as Uint8Array), { __type: "E", message: "m" });
    assert.equal(headers["x-amzn-query-error"], "OldE;Sender");
  });
});
