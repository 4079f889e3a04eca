import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { whyNoAwsCli } from "../../support/aws-cli.ts";
import { until } from "../../support/until.ts";
import { type WholePlatform, wholePlatform } from "../events/world.ts";

const run = promisify(execFile);

/** What is made of logs as they come in, over the whole platform, with the AWS CLI. */
describe("metric and subscription filters with the AWS CLI", { skip: whyNoAwsCli() ?? false }, () => {
  let platform: WholePlatform;
  const group = ["--log-group-name", "/app"];
  const stream = [...group, "--log-stream-name", "one"];

  before(async () => {
    platform = await wholePlatform();
    await aws("logs", "create-log-group", ...group);
    await aws("logs", "create-log-stream", ...stream);
  });
  after(() => platform.close());

  const aws = async <T>(...words: readonly string[]): Promise<T> => {
    const { stdout } = await run("aws", [...words, "--output", "json"], { env: platform.env });
    return (stdout.trim() === "" ? {} : JSON.parse(stdout)) as T;
  };
  const put = (...messages: string[]) => {
    const events = messages.map((message) => ({ timestamp: Date.now(), message }));
    return aws("logs", "put-log-events", ...stream, "--log-events", JSON.stringify(events));
  };
  const sumOf = async (metric: readonly string[]): Promise<number> => {
    const [start, end] = [new Date(Date.now() - 600_000), new Date(Date.now() + 60_000)].map((at) => at.toISOString());
    const range = ["--start-time", start!, "--end-time", end!, "--period", "60", "--statistics", "Sum"];
    const { Datapoints } = await aws<{ Datapoints: { Sum: number }[] }>(
      ...["cloudwatch", "get-metric-statistics", ...metric, ...range],
    );
    return Datapoints.reduce((sum, point) => sum + point.Sum, 0);
  };

  it("publishes metrics of filters, and embedded ones", async () => {
    const transformation =
      "metricName=ms,metricNamespace=app,metricValue=$.ms,unit=Milliseconds,dimensions={Zone=$.zone}";
    const filter = [
      "--filter-name",
      "ms",
      "--filter-pattern",
      "{ $.ms > 0 }",
      "--metric-transformations",
      transformation,
    ];
    await aws("logs", "put-metric-filter", ...group, ...filter);
    const CloudWatchMetrics = [
      { Namespace: "app", Dimensions: [["Zone"]], Metrics: [{ Name: "jobs", Unit: "Count" }] },
    ];
    const embedded = { Zone: "a", jobs: [1, 2], _aws: { Timestamp: Date.now(), CloudWatchMetrics } };
    await put('{"ms":30,"zone":"a"}', '{"ms":12,"zone":"a"}', '{"ms":5,"zone":"b"}', JSON.stringify(embedded));
    const metric = (name: string) => ["--namespace", "app", "--metric-name", name, "--dimensions", "Name=Zone,Value=a"];
    // They are published behind the answer to PutLogEvents.
    await until(
      "the metric of the filter",
      () => sumOf(metric("ms")),
      (sum) => sum === 42,
    );
    await until(
      "the embedded metric",
      () => sumOf(metric("jobs")),
      (sum) => sum === 3,
    );
    const { logGroups } = await aws<{ logGroups: { metricFilterCount: number }[] }>("logs", "describe-log-groups");
    assert.equal(logGroups[0]!.metricFilterCount, 1);
    const tested = ["--filter-pattern", "[a, b = x*]", "--log-event-messages", "1 xy", "2 z"];
    const { matches } = await aws<{ matches: object[] }>("logs", "test-metric-filter", ...tested);
    assert.deepEqual(matches, [{ eventNumber: 1, eventMessage: "1 xy", extractedValues: { $a: "1", $b: "xy" } }]);
  });

  it("hands events on to a URL and to a bus, whose rules match them", async (test) => {
    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      bodies.push(await text(request));
      response.end();
    });
    test.after(() => server.close());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    // Version 1 of the AWS CLI takes an argument that is a URL for the place of the value.
    const subscribe = (filterName: string, destinationArn: string) => {
      const input = { logGroupName: "/app", filterName, filterPattern: "ERROR", destinationArn };
      return aws("logs", "put-subscription-filter", "--cli-input-json", JSON.stringify(input));
    };
    await subscribe("url", url);
    await subscribe("bus", "arn:aws:events:us-east-1:000000000000:event-bus/default");
    const pattern = JSON.stringify({ source: ["aws.logs"], detail: { logEvents: { message: [{ prefix: "ERROR" }] } } });
    await aws("events", "put-rule", "--name", "errors", "--event-pattern", pattern);
    await aws("events", "put-targets", "--rule", "errors", "--targets", `Id=1,Arn=${url}`);
    await put("ERROR one", "INFO two");
    await until(
      "what is handed on",
      () => bodies,
      ({ length }) => length >= 2,
    );
    const all = bodies.map((body) => JSON.parse(body) as { awslogs?: { data: string }; detail?: object });
    const direct = all.find(({ awslogs }) => awslogs !== undefined)!.awslogs!.data;
    const message = JSON.parse(gunzipSync(Buffer.from(direct, "base64")).toString()) as Record<string, unknown>;
    const { logEvents, ...rest } = message as { logEvents: { message: string }[] };
    assert.deepEqual(rest, {
      ...{ messageType: "DATA_MESSAGE", owner: "000000000000", logGroup: "/app", logStream: "one" },
      subscriptionFilters: ["url"],
    });
    assert.deepEqual(
      logEvents.map((event) => event.message),
      ["ERROR one"],
    );
    const event = all.find(({ detail }) => detail !== undefined)!;
    assert.deepEqual(event.detail, { ...message, subscriptionFilters: ["bus"] });
  });
});
