import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { compilePattern, matchesPattern } from "./compile.ts";
import { EventFields } from "./event.ts";
import { randomEvent, randomPattern } from "./testing/generate.ts";
import { naiveMatches } from "./testing/naive.ts";
import { PatternError } from "./tokens.ts";

test("random patterns and events agree with the naive evaluator", () => {
  const random = seededRandom(20);
  let matches = 0;
  for (let i = 0; i < 2000; i++) {
    const pattern = JSON.stringify(randomPattern(random));
    const compiled = compilePattern(pattern);
    for (let j = 0; j < 4; j++) {
      const event = randomEvent(random);
      const expected = naiveMatches(pattern, event);
      if (expected) matches++;
      assert.equal(compiled.matches(new EventFields(event)), expected, `${pattern} and ${JSON.stringify(event)}`);
    }
  }
  assert.ok(matches > 250, `only ${matches} matched: the two sides are hardly compared`);
});

test("the sources of a pattern are those of all events that it matches", () => {
  const random = seededRandom(21);
  for (let i = 0; i < 2000; i++) {
    const pattern = JSON.stringify(randomPattern(random)).replaceAll('"a":', '"source":');
    const { sources } = compilePattern(pattern);
    const event = JSON.parse(JSON.stringify(randomEvent(random)).replaceAll('"a":', '"source":')) as {
      source?: unknown;
    };
    const given = [event.source].flat(3).filter((source) => typeof source === "string");
    if (sources === undefined || !matchesPattern(pattern, event)) continue;
    assert.ok(
      given.some((source) => sources.includes(source)),
      `${pattern} and ${JSON.stringify(event)}`,
    );
  }
});

test("a broken text is refused with a PatternError, whatever is wrong with it", () => {
  const random = seededRandom(22);
  for (let i = 0; i < 3000; i++) {
    const text = JSON.stringify(randomPattern(random));
    const at = Math.floor(random.float() * text.length);
    const char = ["", '"', "{", "]", ",", "\\", "1", "tru", "\n", "é"][Math.floor(random.float() * 10)];
    const broken = text.slice(0, at) + char + text.slice(at + 1);
    try {
      matchesPattern(broken, {});
    } catch (error) {
      assert.ok(error instanceof PatternError, `${broken}: ${error}`);
    }
  }
});
