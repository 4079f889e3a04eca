import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  type GetLogEventsCommandOutput,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  paginateDescribeLogStreams,
  paginateFilterLogEvents,
  paginateGetLogEvents,
  StartLiveTailCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { logsPlatform } from "./world.ts";

describe("CloudWatch Logs with the AWS SDK", () => {
  let platform: Awaited<ReturnType<typeof logsPlatform>>;
  const name = { logGroupName: "/app/web", logStreamName: "app/one" };
  const start = Date.now() - 60_000;

  before(async () => {
    platform = await logsPlatform();
    const { client } = platform;
    await client.send(new CreateLogGroupCommand({ logGroupName: name.logGroupName, tags: { team: "a" } }));
    for (let i = 0; i < 120; i++) {
      const logStreamName = i === 0 ? name.logStreamName : `job/${i}`;
      await client.send(new CreateLogStreamCommand({ logGroupName: name.logGroupName, logStreamName }));
    }
    for (let first = 0; first < 25_000; first += 5000) {
      const logEvents = Array.from({ length: 5000 }, (_, i) => ({
        timestamp: start + first + i,
        message: JSON.stringify({ number: first + i, kind: (first + i) % 1000 === 0 ? "rare" : "usual" }),
      }));
      await client.send(new PutLogEventsCommand({ ...name, logEvents }));
    }
  });
  after(() => platform.close());

  it("pages through all events, forward to the end and back to the start", async () => {
    const numbers: number[] = [];
    const config = { client: platform.client, stopOnSameToken: true };
    for await (const page of paginateGetLogEvents(config, { ...name, startFromHead: true })) {
      numbers.push(...page.events!.map((event) => JSON.parse(event.message!).number));
    }
    assert.equal(numbers.length, 25_000);
    assert.ok(numbers.every((number, i) => number === i));
    let [nextToken, seen, isStart]: [string | undefined, number, boolean] = [undefined, 0, false];
    while (!isStart) {
      const page: GetLogEventsCommandOutput = await platform.client.send(
        new GetLogEventsCommand({ ...name, nextToken }),
      );
      seen += page.events!.length;
      isStart = page.nextBackwardToken === nextToken;
      nextToken = page.nextBackwardToken;
    }
    assert.equal(seen, 25_000);
  });

  it("filters over all pages", async () => {
    const numbers: number[] = [];
    const input = {
      logGroupName: name.logGroupName,
      filterPattern: '{ $.kind = "rare" && $.number >= 5000 }',
      limit: 7,
    };
    for await (const page of paginateFilterLogEvents({ client: platform.client }, input)) {
      numbers.push(...page.events!.map((event) => JSON.parse(event.message!).number));
    }
    assert.deepEqual(
      numbers,
      Array.from({ length: 20 }, (_, i) => 5000 + i * 1000),
    );
  });

  it("lists streams over all pages", async () => {
    const names: string[] = [];
    const input = { logGroupName: name.logGroupName, orderBy: "LastEventTime", descending: true } as const;
    for await (const page of paginateDescribeLogStreams({ client: platform.client }, input)) {
      names.push(...page.logStreams!.map((stream) => stream.logStreamName!));
    }
    assert.equal(names.length, 120);
    assert.equal(names[0], name.logStreamName);
  });

  it("keeps the settings of a group", async () => {
    const { client } = platform;
    await client.send(new PutRetentionPolicyCommand({ logGroupName: name.logGroupName, retentionInDays: 7 }));
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/app" }));
    assert.equal(logGroups?.[0]?.retentionInDays, 7);
    assert.ok(logGroups[0].storedBytes! > 25_000);
  });

  it("streams new events live, until the client leaves", async () => {
    const { client } = platform;
    const logGroupIdentifiers = ["arn:aws:logs:us-east-1:000000000000:log-group:/app/web"];
    const leaving = new AbortController();
    const { responseStream } = await client.send(new StartLiveTailCommand({ logGroupIdentifiers }), {
      abortSignal: leaving.signal,
    });
    const messages: string[] = [];
    for await (const event of responseStream!) {
      if (event.sessionStart) {
        const logEvents = [{ timestamp: Date.now(), message: "live" }];
        await client.send(new PutLogEventsCommand({ ...name, logEvents }));
      }
      messages.push(...(event.sessionUpdate?.sessionResults ?? []).map((result) => result.message!));
      if (messages.length > 0) break;
    }
    assert.deepEqual(messages, ["live"]);
  });

  it("names a missing group as AWS does", async () => {
    const missing = new FilterLogEventsCommand({ logGroupName: "none" });
    await assert.rejects(platform.client.send(missing), {
      name: "ResourceNotFoundException",
      message: "The specified log group does not exist.",
    });
  });
});
