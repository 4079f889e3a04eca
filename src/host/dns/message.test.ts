import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import {
  buildReply,
  type DnsRecord,
  isAnswerTo,
  parseQuery,
  type Query,
  queryFor,
  readReply,
  recordTypes,
  responseCodes,
  udpLimit,
} from "./message.ts";

/** A query as a client writes it. */
function queryMessage(name: string, type = 1, parts: { flags?: number; opt?: readonly number[] } = {}): Buffer {
  const labels = name.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]);
  const [flags, extra] = [parts.flags ?? 0x0100, parts.opt ?? []];
  const head = [0x12, 0x34, flags >> 8, flags & 255, 0, 1, 0, 0, 0, 0, 0, extra.length > 0 ? 1 : 0];
  return Buffer.from([...head, ...labels, 0, 0, type, 0, 1, ...extra]);
}
const opt = [0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0]; // 4096 bytes, version 0

function query(...args: Parameters<typeof queryMessage>): Query {
  const parsed = parseQuery(queryMessage(...args));
  assert.ok(parsed.query);
  return parsed.query;
}

test("reads queries", () => {
  const parsed = query("IP-172-31-0-5.ec2.Internal", recordTypes.A, { opt });
  assert.equal(parsed.name, "ip-172-31-0-5.ec2.internal");
  assert.equal(parsed.id, 0x1234);
  assert.equal(parsed.type, 1);
  assert.equal(parsed.class, 1);
  assert.equal(parsed.recursionDesired, true);
  assert.deepEqual(parsed.edns, { version: 0, udpBytes: 4096 });
  assert.equal(query("a b.c").name, "a\\032b.c");
  assert.equal(query("a").edns, undefined);
});

test("limits datagrams to what the client takes and what is never fragmented", () => {
  assert.equal(udpLimit(query("a")), 512);
  assert.equal(udpLimit(query("a", 1, { opt })), 1232);
  assert.equal(udpLimit(query("a", 1, { opt: [0, 0, 41, 0, 100, 0, 0, 0, 0, 0, 0] })), 512);
});

test("answers what is no proper query, or not at all", () => {
  const good = queryMessage("a.b", 1, { opt });
  const change = (at: number, value: number) => Buffer.from(good).fill(value, at, at + 1);
  const cases: readonly (readonly [string, Buffer, number | undefined])[] = [
    ["nothing", Buffer.alloc(0), undefined],
    ["half a header", good.subarray(0, 11), undefined],
    ["a response", change(2, 0x81), undefined],
    ["an update", change(2, 5 << 3), responseCodes.NOTIMP],
    ["no question", change(5, 0), responseCodes.FORMERR],
    ["two questions", change(5, 2), responseCodes.FORMERR],
    ["a name that is cut off", good.subarray(0, 14), responseCodes.FORMERR],
    ["a question without its type", good.subarray(0, 18), responseCodes.FORMERR],
    ["a compressed question", change(12, 0xc0), responseCodes.FORMERR],
    ["a record that is missing", good.subarray(0, 21), responseCodes.FORMERR],
    ["a record that is cut off", good.subarray(0, good.length - 3), responseCodes.FORMERR],
    ["many records that are not there", change(10, 0xff), responseCodes.FORMERR],
  ];
  for (const [name, message, code] of cases) {
    const parsed = parseQuery(message);
    assert.equal(parsed.query, undefined, name);
    const refusal = parsed.query === undefined ? parsed.refusal : undefined;
    assert.equal(refusal && refusal[3]! & 15, code, name);
    if (refusal) assert.equal(refusal.readUInt16BE(0), 0x1234, name);
  }
  const longName = Array.from({ length: 130 }, () => "a").join(".");
  assert.equal(parseQuery(queryMessage(longName)).query, undefined);
});

test("writes answers", () => {
  const asked = query("a.b", 1, { opt });
  const records: DnsRecord[] = [{ type: "A", address: "172.31.0.5", ttlSeconds: 60 }];
  const reply = buildReply(asked, { code: 0, authoritative: true, answers: records }, 512);
  assert.equal(
    reply.toString("hex"),
    ["123485800001000100000001", "0161016200", "00010001", "c00c000100010000003c0004ac1f0005"].join("") +
      "00002904d0000000000000",
  );
  const none = buildReply(query("a.b"), { code: responseCodes.NXDOMAIN, authoritative: true, zone: "b" }, 512);
  assert.equal(none.readUInt16BE(2), 0x8583);
  assert.equal(none.readUInt16BE(8), 1);
});

test("tells the client to ask by TCP when the answer is too long", () => {
  const answers = Array.from({ length: 40 }, (_, i) => ({ type: "A", address: `10.0.0.${i}`, ttlSeconds: 1 }) as const);
  const asked = query("a.b");
  const cut = buildReply(asked, { code: 0, answers }, 512);
  assert.ok(cut.length <= 512);
  assert.equal(cut.readUInt16BE(2) & 0x0200, 0x0200);
  assert.equal(cut.readUInt16BE(6), 0);
  assert.equal(buildReply(asked, { code: 0, answers }, 65535).readUInt16BE(6), 40);
});

test("knows the answer to its own question from others", () => {
  const asked = query("a.b");
  const answer = buildReply(asked, { code: 0 }, 512);
  assert.equal(isAnswerTo(answer, 0x1234, asked.question), true);
  assert.equal(isAnswerTo(answer, 0x1235, asked.question), false);
  assert.equal(isAnswerTo(answer, 0x1234, query("a.c").question), false);
  assert.equal(isAnswerTo(queryMessage("a.b"), 0x1234, asked.question), false);
  assert.equal(isAnswerTo(Buffer.alloc(3), 0, asked.question), false);
});

test("reads what other servers answer, with names in full", () => {
  const name = (...parts: (string | number)[]) =>
    Buffer.concat(
      parts.map((part) => Buffer.from(typeof part === "number" ? [part] : [part.length, ...Buffer.from(part)])),
    );
  const record = (owner: Buffer, type: number, data: Buffer) =>
    Buffer.concat([owner, Buffer.from([0, type, 0, 1, 0, 0, 0, 7, 0, data.length]), data]);
  const question = Buffer.concat([name("a", "b", 0), Buffer.from([0, 1, 0, 1])]);
  const pointer = Buffer.from([0xc0, 12]);
  const answers = [
    record(pointer, recordTypes.CNAME, name("c", 0xc0, 14)), // c.b
    record(name("c", 0xc0, 14), recordTypes.A, Buffer.from([10, 0, 0, 1])),
    record(pointer, recordTypes.MX, Buffer.concat([Buffer.from([0, 5]), pointer])),
  ];
  const head = (flags: number, count: number) =>
    Buffer.from([0x12, 0x34, flags >> 8, flags & 255, 0, 1, 0, count, 0, 0, 0, 0]);
  const reply = readReply(Buffer.concat([head(0x8180, 3), question, ...answers]));
  assert.deepEqual(reply, {
    code: 0,
    truncated: false,
    answers: [
      { type: "OTHER", owner: "a.b", number: 5, data: name("c", "b", 0), ttlSeconds: 7 },
      { type: "OTHER", owner: "c.b", number: 1, data: Buffer.from([10, 0, 0, 1]), ttlSeconds: 7 },
      {
        type: "OTHER",
        owner: "a.b",
        number: 15,
        data: Buffer.concat([Buffer.from([0, 5]), name("a", "b", 0)]),
        ttlSeconds: 7,
      },
    ],
  });
  assert.equal(readReply(Buffer.concat([head(0x8380, 0), question]))?.truncated, true);
  assert.equal(readReply(Buffer.concat([head(0x8183, 0), question]))?.code, responseCodes.NXDOMAIN);
  assert.equal(readReply(Buffer.concat([head(0x8180, 4), question, ...answers])), undefined);
  const circle = record(Buffer.from([0xc0, 12 + question.length]), 1, Buffer.alloc(4));
  assert.equal(readReply(Buffer.concat([head(0x8180, 1), question, circle])), undefined);
});

test("asks for another name in place of the one that was asked for", () => {
  const asked = parseQuery(queryFor("c\\032d.e", query("a.b", recordTypes.SRV, { opt }))).query;
  assert.deepEqual([asked?.name, asked?.type, asked?.edns?.version], ["c\\032d.e", recordTypes.SRV, 0]);
  assert.equal(parseQuery(queryFor("c", query("a.b"))).query?.edns, undefined);
});

test("a zone that says that there is nothing says for how long, and whose a record is is told", () => {
  const none = buildReply(query("a.b"), { code: 3, zone: "b", negativeTtlSeconds: 15 }, 512).toString("hex");
  assert.match(none, /016200000600010000000f/);
  assert.match(none, /0000000f$/);
  const soa = buildReply(query("b", 6), { code: 0, answers: [{ type: "SOA", zone: "b", ttlSeconds: 15 }] }, 512);
  assert.match(soa.toString("hex"), /c00c000600010000000f/);
  const other: DnsRecord = { type: "A", owner: "c.d", address: "10.0.0.1", ttlSeconds: 1 };
  assert.match(
    buildReply(query("a"), { code: 0, answers: [other] }, 512).toString("hex"),
    /0163016400000100010000000100040a000001$/,
  );
});

test("no bytes whatever make it throw, and every refusal is a response", () => {
  const random = seededRandom(20);
  const seeds = [queryMessage("ip-10-0-0-1.ec2.internal", 1, { opt }), queryMessage("5.0.31.172.in-addr.arpa", 12)];
  for (let round = 0; round < 20_000; round++) {
    const message = Buffer.from(round % 4 === 0 ? random.bytes(round % 80) : seeds[round % 2]!);
    for (let i = 0; i < 4 && message.length > 0; i++) {
      message[Math.floor(random.float() * message.length)] = Math.floor(random.float() * 256);
    }
    const cut = message.subarray(0, Math.floor(random.float() * (message.length + 1)));
    const parsed = parseQuery(cut);
    if (parsed.query) buildReply(parsed.query, { code: 0 }, udpLimit(parsed.query));
    else if (parsed.refusal) assert.ok((parsed.refusal[2]! & 0x80) !== 0);
    if (isAnswerTo(cut, 0x1234, seeds[0]!.subarray(12))) readReply(cut);
    if (cut.length >= 12) readReply(cut);
  }
});
