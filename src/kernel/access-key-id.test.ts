import assert from "node:assert/strict";
import { test } from "node:test";
import { accountOfAccessKeyId, newAccessKeyId } from "./access-key-id.ts";
import { seededRandom } from "./random.ts";

const random = seededRandom(1);

test("an access key id carries its account", () => {
  for (const account of ["000000000000", "000000000001", "123456789012", "999999999999"]) {
    const id = newAccessKeyId("ASIA", account, random);
    assert.match(id, /^ASIA[A-Z2-7]{16}$/);
    assert.equal(accountOfAccessKeyId(id), account);
  }
  const ids = new Set(Array.from({ length: 1000 }, () => newAccessKeyId("AKIA", "123456789012", random)));
  assert.equal(ids.size, 1000);
});

test("other texts carry none", () => {
  for (const text of ["", "AKIA", "AKIAIOSFODNN7EXAMPL1", "akiaiosfodnn7exampleaa", "AIDAQAAAAAAAAAAAAAAA"]) {
    assert.equal(accountOfAccessKeyId(text), undefined);
  }
});
