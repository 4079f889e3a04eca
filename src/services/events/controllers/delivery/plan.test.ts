import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom, shuffled } from "#kernel/random.ts";
import type { Entry, Key } from "#kernel/store.ts";
import { type DeliveryRecord, defaultRetry } from "../../model.ts";
import { planQueue } from "./plan.ts";

const now = 1_000_000_000;

function delivery(createRevision: number, position: number, more: Partial<DeliveryRecord> = {}): Entry<DeliveryRecord> {
  const value: DeliveryRecord = {
    ...{ account: "1", region: "r", originArn: "o", queue: "q", position, input: "{}", isOwnInput: false },
    address: { kind: "http", url: "http://x.example/", http: { pathValues: [], headers: {}, query: {} } },
    ...{ eventTime: 0, eventId: "e", via: [], retry: defaultRetry, createdAt: now, attempts: 0 },
    ...more,
  };
  const key = `events/delivery/${createRevision}.${position}` as Key<DeliveryRecord>;
  return { key, value, createRevision, modRevision: createRevision };
}

const nameOf = ({ createRevision, value }: Entry<DeliveryRecord>) => `${createRevision}.${value.position}`;

test("the first ones go out in the order that they were made in, however many wait in whatever order", () => {
  const all = Array.from({ length: 200 }, (_, i) => delivery(Math.floor(i / 7), i % 7));
  for (const waiting of [all, [...all].reverse(), shuffled(seededRandom(1), all)]) {
    for (const most of [1, 16, 500]) {
      const { due } = planQueue(waiting, now, most);
      assert.deepEqual(due.map(nameOf), all.slice(0, most).map(nameOf));
    }
  }
});

test("what is not due waits, what is too old is over, and neither takes the place of what goes out", () => {
  const old = { createdAt: now - 86_400_001 };
  const waiting = [
    delivery(1, 0, { nextAttemptAt: now + 5 }),
    delivery(2, 0, old),
    delivery(3, 0, { nextAttemptAt: now + 3 }),
    delivery(4, 0, { nextAttemptAt: now }),
    delivery(5, 0),
  ];
  const { expired, due, nextAt } = planQueue(waiting, now, 1);
  assert.deepEqual([expired.map(nameOf), due.map(nameOf), nextAt], [["2.0"], ["4.0"], now + 3]);
  assert.equal(planQueue([delivery(5, 0)], now, 1).nextAt, undefined);
});
