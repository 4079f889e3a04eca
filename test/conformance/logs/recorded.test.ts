import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { logsPlatform } from "./world.ts";

/**
 * Answers recorded from AWS, which lie beside the checkout or where AWS_RECORDED says: what we answer in the same
 * situation has the same members, and errors have the same code and words.
 */
const folder = join(process.env.AWS_RECORDED ?? join(import.meta.dirname, "../../../../shared/aws-recorded"), "logs");
const skip = existsSync(folder) ? false : "there are no recorded answers; AWS_RECORDED can name their folder";

type Recorded = Record<string, { "recorded-content": Record<string, unknown> }>;

function recorded(file: string, test: string, step: string): Record<string, unknown> {
  const all = JSON.parse(readFileSync(join(folder, `test_logs_${file}.snapshot.json`), "utf8")) as Recorded;
  const name = Object.keys(all).find((each) => each.endsWith(`::${test}`));
  assert.ok(name, `no recorded test ${test}`);
  return all[name]!["recorded-content"][step] as Record<string, unknown>;
}

/** The shape of an answer: members and types, without values and HTTP's metadata. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== "object" || value === null) return "value";
  const entries = Object.entries(value).filter(([key, each]) => !/metadata$/i.test(key) && each !== undefined);
  return Object.fromEntries(entries.map(([key, each]) => [key, shapeOf(each)]).sort());
}

describe("answers recorded from AWS", { skip }, () => {
  let platform: Awaited<ReturnType<typeof logsPlatform>>;
  const send = (command: unknown): Promise<object> => platform.client.send(command as never);
  const stream = { logGroupName: "group", logStreamName: "stream" };
  const putAt = (...timestamps: number[]) =>
    new sdk.PutLogEventsCommand({ ...stream, logEvents: timestamps.map((timestamp) => ({ timestamp, message: "x" })) });

  before(async () => {
    platform = await logsPlatform();
    await send(new sdk.CreateLogGroupCommand({ logGroupName: "group" }));
    await send(new sdk.CreateLogStreamCommand(stream));
  });
  after(() => platform.close());

  const answers: [file: string, test: string, step: string, command: () => unknown][] = [
    [
      "groups",
      "TestLogsGroups::test_describe_log_groups_with_prefix",
      "describe-log-groups-prefix",
      () => new sdk.DescribeLogGroupsCommand({ logGroupNamePrefix: "gr" }),
    ],
    [
      "streams",
      "TestLogsStreams::test_create_and_delete_log_stream",
      "describe-log-streams-after-create",
      () => new sdk.DescribeLogStreamsCommand({ logGroupName: "group" }),
    ],
    ["events", "TestLogsEvents::test_put_log_events_too_old", "response-too-old", () => putAt(1)],
    ["events", "TestLogsEvents::test_put_log_events_too_new", "response-too-new", () => putAt(Date.now() + 1e8)],
  ];
  for (const [file, test, step, command] of answers) {
    it(`${file}: ${step}`, async () => {
      const expected = recorded(file, test.split("::").at(-1)!, step);
      assert.deepEqual(shapeOf(await send(command())), shapeOf(expected));
    });
  }

  const errors: [file: string, test: string, step: string, command: () => unknown][] = [
    [
      "groups",
      "test_create_log_group_duplicate_error",
      "error-duplicate-log-group",
      () => new sdk.CreateLogGroupCommand({ logGroupName: "group" }),
    ],
    [
      "groups",
      "test_describe_log_groups_prefix_and_pattern_error",
      "error-prefix-and-pattern",
      () => new sdk.DescribeLogGroupsCommand({ logGroupNamePrefix: "a", logGroupNamePattern: "b" }),
    ],
    [
      "streams",
      "test_create_log_stream_duplicate_error",
      "error-duplicate-log-stream",
      () => new sdk.CreateLogStreamCommand(stream),
    ],
    [
      "streams",
      "test_describe_log_streams_with_log_group_identifier",
      "error-both-name-and-identifier",
      () => new sdk.DescribeLogStreamsCommand({ logGroupName: "group", logGroupIdentifier: "group" }),
    ],
    [
      "events",
      "test_put_log_events_to_invalid_stream",
      "error-invalid-stream",
      () => new sdk.PutLogEventsCommand({ ...stream, logStreamName: "x", logEvents: [{ timestamp: 1, message: "x" }] }),
    ],
    ["events", "test_put_log_events_wrong_order", "error-wrong-order", () => putAt(Date.now(), Date.now() - 1000)],
    [
      "events",
      "test_get_log_events_invalid_token",
      "error-invalid-token",
      () => new sdk.GetLogEventsCommand({ ...stream, nextToken: "invalid" }),
    ],
    [
      "events",
      "test_get_log_events_limit_validation",
      "error-limit-exceeded",
      () => new sdk.GetLogEventsCommand({ ...stream, limit: 10_001 }),
    ],
    [
      "events",
      "test_resource_does_not_exist",
      "error-log-group-does-not-exist",
      () => new sdk.GetLogEventsCommand({ ...stream, logGroupName: "x" }),
    ],
    [
      "events",
      "test_resource_does_not_exist",
      "error-log-stream-does-not-exist",
      () => new sdk.GetLogEventsCommand({ ...stream, logStreamName: "x" }),
    ],
    [
      "filter_events",
      "test_filter_log_events_limit_validation",
      "error-limit-exceeded",
      () => new sdk.FilterLogEventsCommand({ logGroupName: "group", limit: 10_001 }),
    ],
    [
      "filter_events",
      "test_filter_log_events_unknown_token",
      "invalid-token",
      () => new sdk.FilterLogEventsCommand({ logGroupName: "group", nextToken: "invalid" }),
    ],
  ];
  for (const [file, test, step, command] of errors) {
    it(`${file}: ${step}`, async () => {
      const expected = recorded(file, test, step).Error as { Code: string; Message: string };
      await assert.rejects(send(command()), { name: expected.Code, message: expected.Message });
    });
  }
});
