import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import {
  exitCodePayload,
  flagPayload,
  jsonPayload,
  payloadTypes,
  readExitCode,
  readFlag,
  readHandshakeResponse,
  readTerminalSize,
} from "./contents.ts";
import { type DataChannelMessage, decodeMessage, encodeMessage } from "./message.ts";

const message: DataChannelMessage = {
  messageType: "output_stream_data",
  createdDate: 1_767_225_600_000,
  sequenceNumber: 2,
  flags: 3,
  messageId: "01234567-89ab-4cde-8f01-23456789abcd",
  payloadType: payloadTypes.output,
  payload: Buffer.from("payload"),
};

/** As written by hand after the table in message.ts. */
const bytes = Buffer.concat([
  Buffer.from("00000074", "hex"),
  Buffer.from("output_stream_data              "),
  Buffer.from("00000001 0000019b76daa800 0000000000000002 0000000000000003".replaceAll(" ", ""), "hex"),
  Buffer.from("8f0123456789abcd 0123456789ab4cde".replaceAll(" ", ""), "hex"),
  Buffer.from("239f59ed55e737c77147cf55ad0c1b030b6d7ee748a7426952f9b852d5a935e5", "hex"),
  Buffer.from("00000001 00000007".replaceAll(" ", ""), "hex"),
  Buffer.from("payload"),
]);

function changed(change: (copy: Buffer) => void): Uint8Array {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

describe("the messages of a data channel", () => {
  it("are written as Session Manager writes them", () => {
    assert.equal(Buffer.from(encodeMessage(message)).toString("hex"), bytes.toString("hex"));
  });

  it("are read", () => {
    const read = decodeMessage(bytes)!;
    assert.deepEqual({ ...read, payload: Buffer.from(read.payload) }, message);
  });

  it("may be padded with null bytes", () => {
    const padded = changed((copy) => copy.fill(0, 4 + message.messageType.length, 36));
    assert.equal(decodeMessage(padded)?.messageType, message.messageType);
  });

  const broken: readonly [string, Uint8Array][] = [
    ["nothing", new Uint8Array()],
    ["too little", bytes.subarray(0, 119)],
    ["another length of the header", changed((copy) => copy.writeUInt32BE(115, 0))],
    ["a header longer than all", changed((copy) => copy.writeUInt32BE(0xffffffff, 0))],
    ["more payload than told", Buffer.concat([bytes, Buffer.from("x")])],
    ["less payload than told", bytes.subarray(0, -1)],
    ["a changed payload", changed((copy) => copy.write("P", 120))],
    ["a changed digest", changed((copy) => copy.fill(0, 80, 84))],
    ["a number before the first", changed((copy) => copy.fill(0xff, 48, 56))],
    ["a number beyond all", changed((copy) => copy.fill(0x7f, 48, 56))],
  ];
  for (const [name, data] of broken) {
    it(`cannot be ${name}`, () => assert.equal(decodeMessage(data), undefined));
  }

  it("come back as they were, and noise is never more than refused", () => {
    const random = seededRandom(11);
    const pick = (count: number) => Math.floor(random.float() * count);
    for (let i = 0; i < 2_000; i++) {
      const sent = {
        ...message,
        sequenceNumber: pick(2 ** 30),
        payload: random.bytes(pick(300)),
        payloadType: pick(13),
      };
      const encoded = Buffer.from(encodeMessage(sent));
      const read = decodeMessage(encoded)!;
      assert.deepEqual({ ...read, payload: Uint8Array.from(read.payload) }, sent);
      encoded[pick(encoded.length)] = pick(256);
      const noise = decodeMessage(encoded.subarray(0, pick(2) ? encoded.length : pick(encoded.length)));
      if (noise !== undefined) assert.deepEqual(Uint8Array.from(noise.payload), sent.payload);
    }
  });
});

const success = { ActionType: "SessionType", ActionStatus: 1, ActionResult: null as unknown, Error: "" };
const answer = (result: unknown) => ({
  ClientVersion: "1",
  ProcessedClientActions: [{ ...success, ActionResult: result }],
});

describe("what messages hold", () => {
  const responses: readonly [string, unknown, unknown][] = [
    ["the plugin's", answer(null), { Terminal: { cols: 0, rows: 0 }, ExitCode: false }],
    [
      "a terminal's",
      answer({ Terminal: { cols: 80, rows: 24 }, ExitCode: true }),
      { Terminal: { cols: 80, rows: 24 }, ExitCode: true },
    ],
    ["a script's", answer({ Terminal: null, ExitCode: true }), { Terminal: null, ExitCode: true }],
    [
      "one with an impossible size",
      answer({ Terminal: { cols: -1, rows: 1e9 } }),
      { Terminal: { cols: 0, rows: 0 }, ExitCode: false },
    ],
    [
      "a failure",
      { ProcessedClientActions: [{ ...success, ActionStatus: 2, Error: "Unknown session type" }] },
      "SessionType failed on client with status 2 error: Unknown session type",
    ],
    ["none", {}, "The client's answer to the handshake cannot be read."],
    [
      "a list of nothing",
      { ProcessedClientActions: [null] },
      "undefined failed on client with status undefined error: undefined",
    ],
  ];
  for (const [name, response, wishes] of responses) {
    it(`the handshake's answer: ${name}`, () => {
      assert.deepEqual(readHandshakeResponse(jsonPayload(response as object)), wishes);
    });
  }

  it("noise as an answer is refused", () => {
    const random = seededRandom(5);
    for (let i = 0; i < 500; i++) assert.equal(typeof readHandshakeResponse(random.bytes(i % 50)), "string");
  });

  it("sizes, exit codes and flags", () => {
    assert.deepEqual(readTerminalSize({ cols: 1, rows: 2, more: 3 }), { cols: 1, rows: 2 });
    for (const value of [undefined, null, 7, {}, { cols: 1 }, { cols: 1.5, rows: 2 }, { cols: "1", rows: 2 }]) {
      assert.equal(readTerminalSize(value), undefined);
    }
    assert.equal(readExitCode(exitCodePayload(137)), 137);
    assert.equal(readExitCode(Buffer.from("EXIT_CODE: x")), undefined);
    assert.equal(readFlag(flagPayload(2)), 2);
    assert.equal(readFlag(Buffer.from("2")), undefined);
  });
});
