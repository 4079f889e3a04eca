import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordSetSpec, ZoneSpec } from "#kernel/agent-protocol.ts";
import { seededRandom } from "#kernel/random.ts";
import { type DnsRecord, recordTypes } from "./message.ts";
import { createZones } from "./zones.ts";

const addresses = (count: number) => Array.from({ length: count }, (_, i) => `10.0.0.${i}`);
const a = (name: string, values: readonly string[], answers = 8): RecordSetSpec => {
  return { name, type: "A", ttlSeconds: 10, answers, values };
};
const srv = { priority: 1, weight: 1, port: 8080, target: "i/1.srv.example.local" };
const zone: ZoneSpec = {
  name: "example.local",
  negativeTtlSeconds: 15,
  sets: [
    a("web.example.local", ["10.0.0.1"]),
    a("deep.down.example.local", ["10.0.0.2"]),
    a("many.example.local", addresses(20)),
    a("one.example.local", addresses(20), 1),
    a("i/1.srv.example.local", ["10.0.0.3"]),
    { name: "srv.example.local", type: "SRV", ttlSeconds: 20, answers: 8, values: [srv] },
    { name: "out.example.local", type: "CNAME", ttlSeconds: 30, answers: 1, values: ["Example.com."] },
  ],
};
const inner: ZoneSpec = {
  name: "inner.example.local",
  negativeTtlSeconds: 60,
  sets: [a("a.inner.example.local", ["10.9.9.9"])],
};
const zones = createZones([zone, inner]);
const random = seededRandom(3);
const lookup = (name: string, type: keyof typeof recordTypes = "A") => zones.lookup(name, recordTypes[type], random);

const record = (address: string): DnsRecord => ({ type: "A", address, ttlSeconds: 10 });
const nothing = { zone: "example.local", negativeTtlSeconds: 15 };
const target = "example.com";
const alias: DnsRecord = { type: "CNAME", target: "Example.com", ttlSeconds: 30 };

const cases: readonly (readonly [name: string, type: keyof typeof recordTypes, expected: unknown])[] = [
  ["web.example.local", "A", { kind: "records", records: [record("10.0.0.1")] }],
  ["web.example.local", "AAAA", { kind: "no-data", ...nothing }],
  ["none.example.local", "A", { kind: "no-name", ...nothing }],
  ["x.web.example.local", "A", { kind: "no-name", ...nothing }],
  ["down.example.local", "A", { kind: "no-data", ...nothing }],
  ["example.local", "A", { kind: "no-data", ...nothing }],
  ["example.local", "SOA", { kind: "records", records: [{ type: "SOA", zone: "example.local", ttlSeconds: 15 }] }],
  ["srv.example.local", "SRV", { kind: "records", records: [{ type: "SRV", ...srv, ttlSeconds: 20 }] }],
  ["srv.example.local", "A", { kind: "no-data", ...nothing }],
  ["i\\0471.srv.example.local", "A", { kind: "records", records: [record("10.0.0.3")] }],
  ["out.example.local", "A", { kind: "alias", record: alias, target }],
  ["out.example.local", "SRV", { kind: "alias", record: alias, target }],
  ["out.example.local", "CNAME", { kind: "records", records: [alias] }],
  ["a.inner.example.local", "A", { kind: "records", records: [record("10.9.9.9")] }],
  ["b.inner.example.local", "A", { kind: "no-name", zone: "inner.example.local", negativeTtlSeconds: 60 }],
  ["local", "A", undefined],
  ["notexample.local", "A", undefined],
];

for (const [name, type, expected] of cases) {
  test(`${name} ${type}`, () => assert.deepEqual(lookup(name, type), expected));
}

test("of many values eight are drawn each time, or one", () => {
  const drawn = (name: string) => {
    const answer = lookup(name);
    assert.ok(answer?.kind === "records");
    return answer.records.map((each) => (each as { address: string }).address);
  };
  const seen = new Set<string>();
  const first = new Set<string | undefined>();
  for (let i = 0; i < 200; i++) {
    const eight = drawn("many.example.local");
    assert.equal(new Set(eight).size, 8);
    for (const address of eight) seen.add(address);
    first.add(eight[0]);
    assert.equal(drawn("one.example.local").length, 1);
  }
  assert.deepEqual([seen.size, first.size], [20, 20]);
  assert.deepEqual(new Set(Array.from({ length: 400 }, () => drawn("one.example.local")[0])).size, 20);
});
