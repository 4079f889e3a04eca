import assert from "node:assert/strict";
import { test } from "node:test";
import { lastTime, nextTime, parseSchedule, recounted } from "./schedule.ts";
import { isTimeZone, momentOf, wallTimeAt } from "./zone.ts";

const at = (text: string) => Date.parse(text);

/** The first times after a moment, in ISO 8601. */
function times(expression: string, after: string, count: number, zone = "UTC", anchor = after): string[] {
  const schedule = parseSchedule(expression);
  assert.ok(schedule, expression);
  const found: string[] = [];
  let moment: number | undefined = at(after);
  while (found.length < count) {
    moment = nextTime(schedule, moment!, { zone, anchor: at(anchor) });
    if (moment === undefined) break;
    found.push(new Date(moment).toISOString().replace(".000", ""));
  }
  return found;
}

test("what is an expression", () => {
  const good = [
    ...["rate(1 minute)", "rate(5 minutes)", "rate(1 hour)", "rate(12 hours)", "rate(1 day)", "rate(30 days)"],
    ...["cron(0 10 * * ? *)", "cron(0 18 ? * MON-FRI *)", "cron(0/5 8-17 ? * MON-FRI *)", "cron(5,35 14 * * ? *)"],
    ...["cron(15 10 ? * 6L 2002-2005)", "cron(0 2 ? * SAT#3 *)", "cron(0/5 5 ? JAN 1-5 2022)", "cron(*/15 * * * ? *)"],
    ...["cron(0 8 L * ? *)", "cron(0 8 3W * ? *)", "cron(0 8 LW * ? *)", "cron(0-59/10 0-23/2 ? * * *)"],
    ...["cron(0 8 1,15,L * ? *)", "cron(0 8 ? jan-mar sun *)", "cron(1-31/30 1-1 ? * 1,7 *)"],
    ...["at(2022-12-31T23:59:59)"],
  ];
  const bad = [
    ...[
      "cron(0 1 * * * *)",
      "cron(0 1 ? * ? *)",
      "cron(7 20 * * NOT *)",
      "cron(INVALID)",
      "cron()",
      "cron(71 8 1 * ? *)",
    ],
    ...["cron(0 dummy ? * MON-FRI *)", "cron(0 24 * * ? *)", "cron(0 8 32 * ? *)", "cron(0 8 0 * ? *)"],
    ...[
      "cron(0 8 * 13 ? *)",
      "cron(0 8 ? * 8 *)",
      "cron(0 8 ? * 2#6 *)",
      "cron(0 8 * * ? 1969)",
      "cron(0 8 * * ? 2200)",
    ],
    ...["cron(0/0 8 * * ? *)", "cron(5- 8 * * ? *)", "cron(9-5 8 * * ? *)", "cron(0 8 * * ?)", "cron(0 8 * * ? * *)"],
    ...["cron(? 8 * * ? *)", "cron(0 8 32W * ? *)", "cron(1-2-3 8 * * ? *)", "cron(0  8 * * ? *)"],
    ...["rate(10 seconds)", "rate(10 years)", "rate()", "rate(10)", "rate(10 minutess)", "rate(foo minutes)"],
    ...["rate(-10 minutes)", "rate( 10 minutes )", " rate(10 minutes)", "rate(0 minutes)", "rate(1.5 hours)"],
    ...["at(2021-12-31T23:59:59Z)", "at(2021-12-31)", "at(2021-06-31T00:00:00)", "at(2021-12-31T24:00:00)", ""],
  ];
  assert.deepEqual(
    good.filter((text) => parseSchedule(text) === undefined),
    [],
  );
  assert.deepEqual(
    bad.filter((text) => parseSchedule(text) !== undefined),
    [],
  );
});

test("rules want the unit of a rate in the number that fits", () => {
  const cases = [
    ["rate(1 hour)", true],
    ["rate(1 hours)", false],
    ["rate(5 hour)", false],
    ["rate(5 hours)", true],
  ] as const;
  for (const [text, good] of cases) assert.equal(parseSchedule(text, { exactUnits: true }) !== undefined, good, text);
});

test("a rate counts from its anchor", () => {
  assert.deepEqual(times("rate(5 minutes)", "2026-01-01T00:00:07Z", 2), [
    "2026-01-01T00:05:07Z",
    "2026-01-01T00:10:07Z",
  ]);
  const later = times("rate(1 hour)", "2026-01-01T00:30:00Z", 2, "UTC", "2026-01-01T09:15:00Z");
  assert.deepEqual(later, ["2026-01-01T09:15:00Z", "2026-01-01T10:15:00Z"]);
});

test("cron in UTC", () => {
  const from = "2026-01-30T08:00:00Z";
  const cases: [string, string[]][] = [
    ["cron(0 8 * * ? *)", ["2026-01-31T08:00:00Z", "2026-02-01T08:00:00Z"]],
    ["cron(*/20 8 * * ? *)", ["2026-01-30T08:20:00Z", "2026-01-30T08:40:00Z"]],
    ["cron(0 8 L * ? *)", ["2026-01-31T08:00:00Z", "2026-02-28T08:00:00Z"]],
    // 31 January is a Saturday, 28 February too.
    ["cron(0 8 LW * ? *)", ["2026-02-27T08:00:00Z", "2026-03-31T08:00:00Z"]],
    // 1 February is a Sunday: its nearest weekday is the 2nd. 1 August is a Saturday: not the 31st of July.
    ["cron(0 8 1W * ? *)", ["2026-02-02T08:00:00Z", "2026-03-02T08:00:00Z"]],
    ["cron(0 8 1W 8 ? *)", ["2026-08-03T08:00:00Z", "2027-08-02T08:00:00Z"]],
    ["cron(0 8 31W * ? *)", ["2026-03-31T08:00:00Z", "2026-05-29T08:00:00Z"]],
    ["cron(0 8 ? * 6L *)", ["2026-02-27T08:00:00Z", "2026-03-27T08:00:00Z"]],
    ["cron(0 8 ? * L *)", ["2026-01-31T08:00:00Z", "2026-02-07T08:00:00Z"]],
    ["cron(0 8 ? * MON#5 *)", ["2026-03-30T08:00:00Z", "2026-06-29T08:00:00Z"]],
    ["cron(0 8 ? * 2-6 *)", ["2026-02-02T08:00:00Z", "2026-02-03T08:00:00Z"]],
    ["cron(0 0 29 2 ? *)", ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]],
    ["cron(15 10 ? * 6L 2002-2005)", []],
    ["cron(0 0 30 2 ? *)", []],
    ["cron(59 23 31 12 ? 2199)", ["2199-12-31T23:59:00Z"]],
  ];
  for (const [expression, expected] of cases) assert.deepEqual(times(expression, from, 2), expected, expression);
});

test("a moment that is a time of the expression is not after itself", () => {
  assert.deepEqual(times("cron(0 8 * * ? *)", "2026-01-01T07:59:59Z", 1), ["2026-01-01T08:00:00Z"]);
  assert.deepEqual(times("cron(0 8 * * ? *)", "2026-01-01T08:00:00Z", 1), ["2026-01-02T08:00:00Z"]);
});

test("clocks put forward leave times out, which are skipped", () => {
  // Europe/Berlin, 29 March 2026: 02:00 becomes 03:00 (01:00 UTC).
  assert.deepEqual(times("cron(30 2 * * ? *)", "2026-03-27T12:00:00Z", 2, "Europe/Berlin"), [
    "2026-03-28T01:30:00Z",
    "2026-03-30T00:30:00Z",
  ]);
  assert.deepEqual(times("cron(0 * * * ? *)", "2026-03-29T00:00:00Z", 2, "Europe/Berlin"), [
    "2026-03-29T01:00:00Z",
    "2026-03-29T02:00:00Z",
  ]);
  assert.equal(momentOf(at("2026-03-29T02:30:00Z"), "Europe/Berlin"), undefined);
});

test("clocks put back show times twice, which count once", () => {
  // America/New_York, 1 November 2026: 02:00 becomes 01:00 (06:00 UTC).
  assert.deepEqual(times("cron(30 1 * * ? *)", "2026-10-31T12:00:00Z", 2, "America/New_York"), [
    "2026-11-01T05:30:00Z",
    "2026-11-02T06:30:00Z",
  ]);
  assert.deepEqual(times("cron(30 * * * ? *)", "2026-11-01T05:00:00Z", 2, "America/New_York"), [
    "2026-11-01T05:30:00Z",
    "2026-11-01T07:30:00Z",
  ]);
  // Asked in the middle of the second time round.
  assert.deepEqual(times("cron(45 1 * * ? *)", "2026-11-01T06:15:00Z", 1, "America/New_York"), [
    "2026-11-02T06:45:00Z",
  ]);
});

test("times once", () => {
  assert.deepEqual(times("at(2026-07-01T08:00:00)", "2026-01-01T00:00:00Z", 2, "Asia/Tokyo"), ["2026-06-30T23:00:00Z"]);
  assert.deepEqual(times("at(2026-07-01T08:00:00)", "2026-07-01T08:00:00Z", 1), []);
});

test("zones half hours and whole days off", () => {
  assert.deepEqual(times("cron(0 9 * * ? *)", "2026-01-01T00:00:00Z", 1, "Asia/Kathmandu"), ["2026-01-01T03:15:00Z"]);
  assert.deepEqual(times("cron(0 9 1 * ? *)", "2026-01-02T00:00:00Z", 1, "Pacific/Kiritimati"), [
    "2026-01-31T19:00:00Z",
  ]);
  // Samoa left out 30 December 2011.
  assert.equal(momentOf(at("2011-12-30T12:00:00Z"), "Pacific/Apia"), undefined);
  assert.equal(wallTimeAt(at("2026-01-01T00:00:00.250Z"), "Asia/Tokyo"), at("2026-01-01T09:00:00.250Z"));
});

test("names of zones", () => {
  const cases: [string, boolean][] = [
    ["UTC", true],
    ["Europe/Lisbon", true],
    ["Mars/Olympus", false],
    ["+02:00", false],
    ["", false],
  ];
  for (const [name, known] of cases) assert.equal(isTimeZone(name), known, name);
});

test("the last time of a span", () => {
  const last = (expression: string, after: string, until: string, anchor = after) => {
    const span = { after: at(after), until: at(until) };
    const found = lastTime(parseSchedule(expression)!, span, { zone: "UTC", anchor: at(anchor) });
    return found && new Date(found).toISOString();
  };
  assert.equal(last("cron(* * * * ? *)", "2016-01-01T00:00:00Z", "2026-01-01T00:00:30Z"), "2026-01-01T00:00:00.000Z");
  assert.equal(last("cron(0 8 ? * MON *)", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), "2025-12-29T08:00:00.000Z");
  assert.equal(
    last("cron(0 8 1 1 ? 2020)", "2019-06-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    "2020-01-01T08:00:00.000Z",
  );
  assert.equal(last("rate(1 day)", "2026-01-01T06:00:00Z", "2026-01-05T05:59:59Z"), "2026-01-04T06:00:00.000Z");
  assert.equal(last("rate(1 day)", "2026-01-01T06:00:00Z", "2026-01-02T05:59:59Z"), undefined);
});

test("a schedule counts anew when the clock was set back past its times, and does not see to one of them twice", () => {
  const [now, later] = ["2026-01-01T17:11:00Z", "2026-01-02T17:11:00Z"];
  const anew = (expression: string, since: string, firedAt?: string) => {
    const counted = { since: at(since), ...(firedAt && { firedAt: at(firedAt) }) };
    const found = recounted(parseSchedule(expression)!, counted, at(now), "UTC");
    return (
      found && [found.since, found.firedAt].map((time) => time && new Date(time).toISOString().replace(".000", ""))
    );
  };
  const before = "2026-01-01T17:00:30Z";
  assert.deepEqual(anew("rate(1 minute)", before, "2026-01-02T17:10:30Z"), [before, now]);
  assert.deepEqual(anew("rate(1 minute)", later, later), [now, now]);
  assert.deepEqual(anew("rate(1 minute)", later), [now, undefined]);
  assert.deepEqual(anew("cron(* * * * ? *)", before, later), [before, now]);
  const stays: [expression: string, since: string, firedAt?: string][] = [
    ["rate(1 minute)", before],
    ["rate(1 minute)", before, "2026-01-01T17:10:30Z"],
    // The clock was ahead, and the next of its times has been seen to already; NTP at work.
    ["cron(0 8 * * ? *)", before, "2026-01-02T08:00:00Z"],
    ["rate(1 minute)", before, "2026-01-01T17:11:30Z"],
    ["at(2026-01-02T08:00:00)", before, "2026-01-02T08:00:00Z"],
  ];
  for (const [expression, since, firedAt] of stays)
    assert.equal(anew(expression, since, firedAt), undefined, expression);
});
