import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AwslogsOptions, readAwslogsOptions } from "./awslogs-options.ts";

const least = { "awslogs-group": "/app", "awslogs-region": "us-east-1" };

function read(options: Record<string, string>): AwslogsOptions {
  const parsed = readAwslogsOptions({ ...least, ...options });
  assert.ok(typeof parsed !== "string", String(parsed));
  return parsed;
}

describe("awslogs options", () => {
  test("have defaults", () => {
    assert.deepEqual(readAwslogsOptions(least), {
      group: "/app",
      region: "us-east-1",
      streamPrefix: undefined,
      createGroup: false,
      eventStart: undefined,
      maxBufferBytes: 10 * 2 ** 20,
    });
  });

  test("are read", () => {
    assert.equal(read({ "awslogs-create-group": "true" }).createGroup, true);
    assert.equal(read({ "awslogs-create-group": "F" }).createGroup, false);
    assert.equal(read({ "awslogs-stream-prefix": "web" }).streamPrefix, "web");
    for (const [size, bytes] of [
      ["25m", 25 * 2 ** 20],
      ["1.5k", 1536],
      ["10MiB", 10 * 2 ** 20],
      ["7", 7],
    ] as const) {
      assert.equal(read({ mode: "non-blocking", "max-buffer-size": size }).maxBufferBytes, bytes, size);
    }
    assert.equal(read({ "awslogs-multiline-pattern": "^\\[" }).eventStart?.test("[INFO]"), true);
  });

  const formats: [format: string, matching: string, other: string][] = [
    ["%d/%m/%y %a %H:%M:%S%L %Z", "31/12/10 Mon 08:42:44.345 NZDT", "32/12/10 Mon 08:42:44.345 NZDT"],
    ["%Y-%m-%d %A %I:%M:%S.%f%p%z", "2007-12-04 Monday 08:42:44.123456AM+1200", "2007-12-04 Monday"],
    ["\\[%b %d, %Y %H:%M:%S\\]", "[May 01, 2017 19:00:01] A message", "May 01, 2017 19:00:01"],
    ["%B %j %w", "March 091 4", "March 91 4"],
  ];
  for (const [format, matching, other] of formats) {
    test(`datetime format ${format}`, () => {
      const { eventStart } = read({ "awslogs-datetime-format": format });
      assert.equal(eventStart?.test(matching), true);
      assert.equal(eventStart?.test(other), false);
    });
  }

  const wrong: [options: Record<string, string>, problem: string][] = [
    [{ "awslogs-endpoint": "http://x" }, "Log driver awslogs disallows options: awslogs-endpoint"],
    [{ "awslogs-region": "" }, "Log driver awslogs requires options: awslogs-region"],
    [
      { "awslogs-create-group": "yes" },
      `must specify valid value for log opt 'awslogs-create-group': parsing "yes": invalid syntax`,
    ],
    [
      { "awslogs-datetime-format": "%Y", "awslogs-multiline-pattern": "x" },
      "you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same time",
    ],
    [
      { "awslogs-multiline-pattern": "(" },
      `awslogs could not parse multiline pattern key "(": error parsing regexp: missing closing )`,
    ],
    [{ "awslogs-datetime-format": "%Q" }, "unknown conversion '%Q' in log opt 'awslogs-datetime-format'"],
    [{ mode: "fast" }, "logger: logging mode not supported: fast"],
    [
      { mode: "blocking", "max-buffer-size": "1m" },
      "logger: max-buffer-size option is only supported with 'mode=non-blocking'",
    ],
    [{ "max-buffer-size": "big" }, "error parsing option max-buffer-size: invalid size: 'big'"],
  ];
  for (const [options, problem] of wrong) {
    test(problem, () => assert.equal(readAwslogsOptions({ ...least, ...options }), problem));
  }
});
