import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeQueriesCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { exitCodes, type Terminal } from "#cli/command.ts";
import { logsCommand } from "#cli/commands/logs.ts";
import { runProgram } from "#cli/index.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { createLocalScanner } from "#services/logs/index.ts";
import { credentials } from "../../support/gateway.ts";
import { until } from "../../support/until.ts";
import { within } from "../../support/within.ts";
import { logsPlatform } from "./world.ts";

/** `estiva logs query` against the API. */

const files = memoryFiles();
const local = createLocalScanner(files);
/** What is scanned while this is set never ends. */
const held = { isHeld: false };
const scanner: typeof local = {
  ...local,
  scan: (part) => (held.isHeld ? new Promise(() => undefined) : local.scan(part)),
};
const platform = await logsPlatform({ files, scanner });
const now = Date.now();

before(async () => {
  const name = { logGroupName: "/web", logStreamName: "one" };
  await platform.client.send(new CreateLogGroupCommand({ logGroupName: "/web" }));
  await platform.client.send(new CreateLogStreamCommand(name));
  const logEvents = Array.from({ length: 12_000 }, (_, i) => ({
    timestamp: now - 12_000 + i,
    message: i === 7 ? "an error\n  at line 1\n" : JSON.stringify({ number: i, path: `/p/${i % 3}` }),
  }));
  for (let i = 0; i < logEvents.length; i += 6000) {
    await platform.client.send(new PutLogEventsCommand({ ...name, logEvents: logEvents.slice(i, i + 6000) }));
  }
});
after(() => platform.close());

interface Watched {
  readonly interactive?: boolean;
  readonly signal?: AbortSignal;
  readonly written?: string[];
}

async function query(words: readonly string[], { written = [], ...watched }: Watched = {}) {
  const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = credentials;
  const out: string[] = [];
  const terminal: Terminal = {
    env: { AWS_ENDPOINT_URL: platform.endpoint, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY },
    ...{ interactive: false, signal: new AbortController().signal, ...watched },
    out: (text) => void out.push(text),
    err: (text) => void written.push(text),
  };
  const code = await runProgram([logsCommand], ["logs", "query", ...words], terminal);
  return { code, out: out.join(""), err: written.join("") };
}

test("a table for people, with a line for each row, and what was looked through", async () => {
  const text = "fields @message, number | filter number = 8 or @message like /error/ | sort @timestamp";
  const { code, out, err } = await query(["-g", "/web", text]);
  assert.equal(code, exitCodes.ok);
  const lines = out.split("\n").map((line) => line.split(/ {2,}/));
  assert.deepEqual(lines, [["@MESSAGE", "NUMBER"], ["an error at line 1"], ['{"number":8,"path":"/p/2"}', "8"], [""]]);
  assert.match(err, /^2 rows; 2 events matched, 12,000 events \(\d\.\d MB\) scanned\n$/);
});

test("JSON for programs, all pages of it", async () => {
  const { code, out, err } = await query(["-g", "/web", "--json", "fields number | limit 11000"]);
  assert.deepEqual([code, err], [exitCodes.ok, ""]);
  const rows = JSON.parse(out) as Record<string, string>[];
  assert.equal(rows.length, 11_000);
  assert.deepEqual(Object.keys(rows[0]!), ["number", "@ptr"]);
});

test("times and the limit are the query's; a table of nothing is empty", async () => {
  const counted = async (...words: string[]) => {
    const { out } = await query(["-g", "/web", "--json", ...words, "stats count(*) as n"]);
    return (JSON.parse(out) as { readonly n: string }[])[0]?.n;
  };
  assert.equal(await counted("--since", "1d", "--until", new Date(now + 60_000).toISOString()), "12000");
  const none = await query(["-g", "/web", "filter number < 0"]);
  assert.deepEqual([none.code, none.out], [exitCodes.ok, ""]);
  const { out } = await query(["-g", "/web", "--json", "--limit", "3", "fields number"]);
  assert.equal(JSON.parse(out).length, 3);
});

test("what is wrong is told in a line", async () => {
  for (const [words, code, told] of [
    [["fields number"], exitCodes.usage, /Name a log group with --group/],
    [["-g", "/web", "--since", "soon", "fields number"], exitCodes.usage, /--since takes a time such as 15m.*not soon/],
    [["-g", "/web", "--limit", "0", "fields number"], exitCodes.usage, /--limit takes a number from 1 on, not 0/],
    [["-g", "/none", "fields number"], exitCodes.failure, /ResourceNotFoundException: .*\/none/],
    [["-g", "/web", "filter ("], exitCodes.failure, /MalformedQueryException: /],
  ] as const) {
    const answer = await query(words);
    assert.deepEqual([answer.code, answer.out], [code, ""], words.join(" "));
    assert.match(answer.err, told);
  }
});

test("a person sees how far it is; Ctrl-C stops the query", async () => {
  held.isHeld = true;
  const stopping = new AbortController();
  const written: string[] = [];
  const words = ["-g", "/web", "fields number"];
  const running = query(words, { interactive: true, signal: stopping.signal, written });
  await until(
    "the progress",
    () => written.join(""),
    (text) => text.includes("Running: 0 events (0.0 MB) scanned"),
  );
  stopping.abort("SIGINT");
  const { code, out, err } = await within("the end of the command", running);
  assert.deepEqual([code, out], [exitCodes.interrupted, ""]);
  assert.match(err, /estiva: Interrupted\.\n$/);
  const { queries } = await platform.client.send(new DescribeQueriesCommand({ status: "Cancelled" }));
  assert.equal(queries?.length, 1);
});
