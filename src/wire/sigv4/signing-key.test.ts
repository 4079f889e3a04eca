import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { SigningKey } from "./signing-key.ts";

describe("a signing key", () => {
  it("signs as node's HMAC does: keys of every length, texts of many, one after another", () => {
    const random = seededRandom(1);
    for (let keyBytes = 0; keyBytes <= 64; keyBytes++) {
      const bytes = random.bytes(keyBytes);
      const key = new SigningKey(bytes);
      for (const length of [0, 1, 55, 56, 63, 64, 65, 137, 1000, 137]) {
        const text = "aé€😀".repeat(length).slice(0, length);
        const expected = createHmac("sha256", bytes).update(text).digest("hex");
        assert.equal(key.sign(text).toString("hex"), expected, `key of ${keyBytes}, text of ${length}`);
      }
    }
  });

  it("is of no more than a block", () => {
    assert.throws(() => new SigningKey(new Uint8Array(65)), /A signing key of 65 bytes/);
  });
});
