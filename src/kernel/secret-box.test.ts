import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "./random.ts";
import { createSecretBox } from "./secret-box.ts";

const random = seededRandom(1);
const box = createSecretBox(random.bytes(32), random);

test("what is sealed opens, for its purpose and under its key only", () => {
  const sealed = box.seal("geheim ü", "tokens");
  assert.equal(box.open(sealed, "tokens"), "geheim ü");
  assert.equal(box.open(sealed, "secrets"), undefined);
  assert.equal(createSecretBox(random.bytes(32), random).open(sealed, "tokens"), undefined);
  assert.notEqual(box.seal("geheim ü", "tokens"), sealed, "twice is not the same");
});

test("a changed text opens nothing", () => {
  const sealed = box.seal("plain", "tokens");
  for (let i = 0; i < sealed.length; i++) {
    const other = sealed[i] === "A" ? "B" : "A";
    assert.equal(box.open(sealed.slice(0, i) + other + sealed.slice(i + 1), "tokens"), undefined, `character ${i}`);
  }
  for (const text of ["", "AA", `${sealed}A`, `${sealed}=`, sealed.slice(1)])
    assert.equal(box.open(text, "tokens"), undefined);
});
