import assert from "node:assert/strict";
import { test } from "node:test";
import { createJsonLogParser } from "./json-log.ts";

const time = "2026-01-02T03:04:05.123456789Z";
const timeNanos = "1767323045123456789";

test("a kept line is read as the engine's API gives it", () => {
  const cases: [log: string, message: string, partial: boolean, tty?: boolean][] = [
    ["hello\n", "hello", false],
    ["\n", "", false],
    ["without an end", "without an end", true],
    ["", "", true],
    ['{"level":"info","path":"C:\\\\n"}\n', '{"level":"info","path":"C:\\\\n"}', false],
    ["ends with a backslash\\\n", "ends with a backslash\\", false],
    ["ends with a backslash and an n\\n", "ends with a backslash and an n\\n", true],
    ["tab\there, <b>&amp;</b>, \u2028\n", "tab\there, <b>&amp;</b>, \u2028", false],
    ["ação 🐳\n", "ação 🐳", false],
    ['","stream":"stderr","time":"x"}\n', '","stream":"stderr","time":"x"}', false],
    ["a terminal's\r\n", "a terminal's", false, true],
    ["no terminal's\r\n", "no terminal's\r", false],
  ];
  for (const stream of ["stdout", "stderr"] as const) {
    for (const [log, message, partial, tty = false] of cases) {
      const record = createJsonLogParser(tty)(Buffer.from(JSON.stringify({ log, stream, time })))!;
      const read = { ...record, message: Buffer.from(record.message).toString() };
      assert.deepEqual(read, { timeNanos, stream, message, partial }, log);
    }
  }
});

test("attributes and times of other forms are read, what is no kept line is not", () => {
  const parse = createJsonLogParser(false);
  const record = parse(
    Buffer.from(`{"log":"x\\n","stream":"stdout","attrs":{"tag":"a"},"time":"2026-01-02T03:04:05Z"}`),
  );
  assert.equal(record?.timeNanos, "1767323045000000000");
  const cut = `{"log":"cut\\t of{"log":"x\\n","stream":"stdout","time":"${time}"}`;
  const others = [
    "",
    "null",
    "{}",
    "no JSON",
    cut,
    `{"log":"x\\n","stream":"stdin","time":"${time}"}`,
    `{"log":"x\\n"}`,
  ];
  for (const other of [...others, `{"log":"x\\n","stream":"stdout","time":"never"}`]) {
    assert.equal(parse(Buffer.from(other)), undefined, other);
  }
});
