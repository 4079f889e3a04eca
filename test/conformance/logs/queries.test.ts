import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  GetQueryResultsCommand,
  PutLogEventsCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { systemClock } from "#kernel/clock.ts";
import { diskFiles } from "#platform/disk-files.ts";
import { createQueryWorkers } from "#platform/query-workers/index.ts";
import { whyNoAwsCli } from "../../support/aws-cli.ts";
import { credentials } from "../../support/gateway.ts";
import { until } from "../../support/until.ts";
import { logsPlatform } from "./world.ts";

const run = promisify(execFile);

interface Results {
  readonly status: string;
  readonly results: readonly (readonly { readonly field: string; readonly value: string }[])[];
  readonly statistics: { readonly recordsMatched: number };
}

describe("Logs Insights with the AWS CLI and the SDK, in threads of its own", { skip: whyNoAwsCli() ?? false }, () => {
  let platform: Awaited<ReturnType<typeof logsPlatform>>;
  let client: CloudWatchLogsClient;
  let folder: string;
  const now = Math.floor(Date.now() / 1000);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "estiva-queries-"));
    platform = await logsPlatform({
      files: diskFiles(folder),
      scanner: createQueryWorkers({ folder, clock: systemClock(), most: 2 }),
    });
    // While the CLI takes its time the gateway ends idle connections: a request that meets that is sent again.
    client = new CloudWatchLogsClient({ endpoint: platform.endpoint, region: "us-east-1", credentials });
    const name = { logGroupName: "/app", logStreamName: "one" };
    await client.send(new CreateLogGroupCommand({ logGroupName: name.logGroupName }));
    await client.send(new CreateLogStreamCommand(name));
    const logEvents = Array.from({ length: 2000 }, (_, i) => ({
      timestamp: now * 1000 - 2000 + i,
      message: JSON.stringify({ number: i, status: i % 100 === 0 ? 500 : 200 }),
    }));
    await client.send(new PutLogEventsCommand({ ...name, logEvents }));
  });
  after(async () => {
    client.destroy();
    await platform.close();
    await rm(folder, { recursive: true, force: true });
  });

  const aws = async <T>(...words: readonly string[]): Promise<T> => {
    const { accessKeyId, secretAccessKey } = credentials;
    const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const env = { ...process.env, ...keys, AWS_DEFAULT_REGION: "us-east-1", AWS_PAGER: "" };
    const args = ["--endpoint-url", platform.endpoint, "--output", "json", "logs", ...words];
    return JSON.parse((await run("aws", args, { env })).stdout) as T;
  };
  const range = ["--start-time", String(now - 600), "--end-time", String(now + 600)];

  it("starts a query, gives its results and the record behind a pointer", async () => {
    const query = "filter status = 500 | fields number | sort number desc | limit 2";
    const started = ["start-query", "--log-group-names", "/app", ...range, "--query-string", query];
    const { queryId } = await aws<{ queryId: string }>(...started);
    const answer = await until(
      "the end of the query",
      () => aws<Results>("get-query-results", "--query-id", queryId),
      ({ status }) => status !== "Running" && status !== "Scheduled",
    );
    assert.equal(answer.status, "Complete");
    assert.equal(answer.statistics.recordsMatched, 20);
    assert.deepEqual(
      answer.results.map((row) => row[0]),
      [
        { field: "number", value: "1900" },
        { field: "number", value: "1800" },
      ],
    );
    const pointer = answer.results[0]!.find(({ field }) => field === "@ptr")!.value;
    const { logRecord } = await aws<{ logRecord: Record<string, string> }>(
      ...["get-log-record", "--log-record-pointer", pointer],
    );
    assert.equal(logRecord["@message"], '{"number":1900,"status":500}');
    const { queries } = await aws<{ queries: { queryId: string }[] }>("describe-queries", "--status", "Complete");
    assert.deepEqual(
      queries.map((each) => each.queryId),
      [queryId],
    );
  });

  it("says where a query cannot be read", async () => {
    const started = ["start-query", "--log-group-name", "/app", ...range, "--query-string", "fields nope(a)"];
    await assert.rejects(aws(...started), /\(MalformedQueryException\).*unknown function nope/s);
    const input = {
      logGroupName: "/app",
      startTime: now - 60,
      endTime: now + 600,
      queryString: "fields a | pattern b",
    };
    await assert.rejects(client.send(new StartQueryCommand(input)), {
      name: "MalformedQueryException",
      message: "the command pattern is not supported: there is no search for patterns",
      queryCompileError: {
        location: { startCharOffset: 11, endCharOffset: 18 },
        message: "the command pattern is not supported: there is no search for patterns",
      },
    });
  });

  it("runs several queries at once, and answers meanwhile", async () => {
    const input = { logGroupName: "/app", startTime: now - 600, endTime: now + 600 };
    const started = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        client.send(
          new StartQueryCommand({ ...input, queryString: `filter number % 12 = ${i} | stats sum(number) as s` }),
        ),
      ),
    );
    const sums = await Promise.all(
      started.map(async ({ queryId }) => {
        const { results } = await until(
          "the results of the query",
          () => client.send(new GetQueryResultsCommand({ queryId })),
          ({ status }) => status === "Complete",
        );
        return Number(results![0]![0]!.value);
      }),
    );
    assert.equal(
      sums.reduce((a, b) => a + b, 0),
      (1999 * 2000) / 2,
    );
  });
});
