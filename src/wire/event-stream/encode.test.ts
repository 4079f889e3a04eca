import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { crc32 } from "node:zlib";
import { Fault } from "#kernel/fault.ts";
import { smallService, structure } from "../testing.ts";
import { encodeEvents } from "./encode.ts";
import { encodeFrame } from "./frame.ts";

const stream = smallService({
  Output: structure({ events: "Stream" }),
  Stream: structure({ started: "Started", Over: "Over" }, { eventstream: true }),
  Started: structure({ at: "Time" }, { event: true }),
  Over: structure({}, { exception: true }),
}).operation("Do")!.eventStream!.shape;

/** Headers and payload of a message, its lengths and checksums verified. */
function decodeFrame(bytes: Uint8Array): { headers: Record<string, string>; payload: string } {
  const frame = Buffer.from(bytes);
  assert.equal(frame.readUInt32BE(0), frame.byteLength);
  assert.equal(frame.readUInt32BE(8), crc32(frame.subarray(0, 8)));
  assert.equal(frame.readUInt32BE(frame.byteLength - 4), crc32(frame.subarray(0, -4)));
  const end = 12 + frame.readUInt32BE(4);
  const headers: Record<string, string> = {};
  for (let at = 12; at < end; ) {
    const name = frame.subarray(at + 1, at + 1 + frame[at]!);
    at += 1 + name.byteLength;
    assert.equal(frame[at], 7);
    const length = frame.readUInt16BE(at + 1);
    headers[name.toString()] = frame.subarray(at + 3, at + 3 + length).toString();
    at += 3 + length;
  }
  return { headers, payload: frame.subarray(end, -4).toString() };
}

async function framesOf(events: () => AsyncIterable<unknown>, initialResponse?: object) {
  const frames: ReturnType<typeof decodeFrame>[] = [];
  for await (const bytes of encodeEvents(stream, events(), { initialResponse })) frames.push(decodeFrame(bytes));
  return frames;
}

describe("event streams", () => {
  it("a frame holds headers and payload, also when empty", () => {
    assert.deepEqual(decodeFrame(encodeFrame({}, new Uint8Array())), { headers: {}, payload: "" });
    assert.deepEqual(decodeFrame(encodeFrame({ ":a": "ü" }, Buffer.from("x"))), {
      headers: { ":a": "ü" },
      payload: "x",
    });
  });

  it("the initial response, then the events", async () => {
    const frames = await framesOf(async function* () {
      yield { started: { at: 1500 } };
    }, {});
    assert.deepEqual(
      frames.map(({ headers, payload }) => [headers[":event-type"], payload]),
      [
        ["initial-response", "{}"],
        ["started", '{"at":1.5}'],
      ],
    );
  });

  it("a fault of the model ends the stream as an exception, another one as an error", async () => {
    const failing = (code: string) =>
      async function* () {
        yield* [];
        throw new Fault(code, "It is over.");
      };
    const [modelled] = await framesOf(failing("Over"));
    assert.deepEqual([modelled!.headers[":exception-type"], modelled!.payload], ["Over", '{"message":"It is over."}']);
    const [other] = await framesOf(failing("Other"));
    assert.deepEqual([other!.headers[":error-code"], other!.headers[":error-message"]], ["Other", "It is over."]);
  });

  it("a bug ends the stream without saying more, and is thrown on", async () => {
    const seen: Uint8Array[] = [];
    const bug = async function* () {
      yield* [];
      throw new Error("topsecret");
    };
    await assert.rejects(async () => {
      for await (const bytes of encodeEvents(stream, bug())) seen.push(bytes);
    }, /topsecret/);
    assert.equal(seen.length, 1);
    assert(!Buffer.from(seen[0]!).includes("topsecret"));
  });
});
