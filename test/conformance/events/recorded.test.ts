import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { matchesPattern } from "#services/events/pattern/compile.ts";

/**
 * Refusals of event patterns recorded from AWS, which lie beside the checkout or where AWS_RECORDED says. Each quotes
 * the pattern that it is of: what we say of it is the same, to the place.
 */
const folder = join(process.env.AWS_RECORDED ?? join(import.meta.dirname, "../../../../shared/aws-recorded"), "events");
const file = join(folder, "test_events_patterns.snapshot.json");
const skip = existsSync(file) ? false : "there are no recorded answers; AWS_RECORDED can name their folder";

interface Refusal {
  readonly pattern: string;
  readonly message: string;
}

function refusals(): readonly Refusal[] {
  // What differs from run to run is masked; the places in the text count with what stood there.
  const text = readFileSync(file, "utf8").replaceAll("<partition>", "aws").replaceAll("<region>", "us-east-1");
  const found: Refusal[] = [];
  JSON.parse(text, (name, value: unknown) => {
    if (name !== "MessageRaw" || typeof value !== "string") return value;
    const [, pattern] = /\[Source: \(String\)"(.*?)"; line: \d+, column: \d+\]/s.exec(value) ?? [];
    if (pattern !== undefined) found.push({ pattern, message: value });
    return value;
  });
  return found;
}

describe("refusals of event patterns recorded from AWS", { skip }, () => {
  it("are ours word for word", () => {
    const all = refusals();
    assert.ok(all.length > 20, `only ${all.length} were found`);
    for (const { pattern, message } of all) {
      const reason = message.replace("Event pattern is not valid. Reason: ", "");
      assert.throws(() => matchesPattern(pattern, {}), { name: "PatternError", message: reason }, pattern);
    }
  });
});
