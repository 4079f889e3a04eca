import type {
  GetQueryResultsResponse,
  QueryStatistics,
  ResultField,
  StartQueryRequest,
} from "#generated/logs/types.ts";
import { sleep, systemClock } from "#kernel/clock.ts";
import type { Client } from "../client.ts";
import { type Arguments, type Command, CommandError, exitCodes, lastValue, type Terminal } from "../command.ts";
import { Progress } from "../progress.ts";
import { table } from "../table.ts";
import { timeOf } from "../times.ts";
import { orInterrupted, withLastingClient } from "./connect.ts";
import { dataOption, jsonOption } from "./options.ts";

/** How often a running query is asked for its results. */
const pollMs = 200;
/** After Ctrl-C a platform that is silent is not waited for any longer. */
const stopMs = 2000;

export const logsQueryCommand: Command = {
  name: "logs query",
  usage: "logs query --group NAME [--since TIME] [--until TIME] [--limit N] [--json] QUERY",
  summary: "Ask log groups with CloudWatch Logs Insights. Ctrl-C stops the query.",
  options: {
    group: { type: "string", short: "g", value: "NAME", multiple: true, help: "a log group, or several" },
    since: { type: "string", value: "TIME", help: "from 15m, 2h or 7d ago, or from a date on (default: 1h)" },
    until: { type: "string", value: "TIME", help: "up to then (default: now)" },
    limit: { type: "string", value: "N", help: "at most so many rows, where the query itself sets no limit" },
    ...dataOption,
    ...jsonOption,
  },
  examples: [
    "estiva logs query -g /web 'filter @message like /ERROR/ | sort @timestamp desc | limit 20'",
    "estiva logs query -g /web -g /jobs --since 7d 'stats count(*) by bin(1d)'",
    "estiva logs query -g /web --json 'stats max(ms) as slowest by path' | jq -r '.[].slowest'",
  ],
  positionals: [1, 1],
  run(args, terminal) {
    const input = inputOf(args, systemClock().now());
    return withLastingClient(args, terminal, async (client) => {
      const { queryId = "" } = await orInterrupted(terminal, client.logs("StartQuery", input));
      const progress = new Progress(terminal);
      try {
        const { rows, statistics } = await orInterrupted(terminal, finish(client, queryId, terminal, progress));
        progress.clear();
        terminal.out(args.flags.has("json") ? `${JSON.stringify(rows.map(toObject), undefined, 2)}\n` : toTable(rows));
        if (!args.flags.has("json")) terminal.err(`${found(rows.length, statistics)}\n`);
        return exitCodes.ok;
      } catch (error) {
        progress.clear();
        if (terminal.signal.aborted) await stop(client, queryId, terminal);
        throw error;
      }
    });
  },
};

type Row = readonly ResultField[];

function inputOf(args: Arguments, now: number): StartQueryRequest {
  const logGroupIdentifiers = args.values.get("group");
  if (logGroupIdentifiers === undefined) throw new CommandError("Name a log group with --group.", exitCodes.usage);
  const limit = lastValue(args, "limit");
  if (limit !== undefined && !/^[1-9]\d{0,5}$/.test(limit)) {
    throw new CommandError(`--limit takes a number from 1 on, not ${limit}.`, exitCodes.usage);
  }
  return {
    logGroupIdentifiers,
    queryString: args.positionals[0]!,
    startTime: secondsOf("since", lastValue(args, "since") ?? "1h", now),
    endTime: secondsOf("until", lastValue(args, "until") ?? "0s", now),
    ...(limit !== undefined && { limit: Number(limit) }),
  };
}

function secondsOf(option: string, text: string, now: number): number {
  return Math.floor(timeOf(option, text, now) / 1000);
}

/** Waits until the query is over. Resolves with all its rows. */
async function finish(client: Client, queryId: string, terminal: Terminal, progress: Progress) {
  const clock = systemClock({ keepAlive: true });
  for (;;) {
    const answer = await client.logs("GetQueryResults", { queryId });
    const { status = "Unknown", statistics = {} } = answer;
    if (status === "Complete") return { rows: await allRows(client, queryId, answer), statistics };
    if (status !== "Scheduled" && status !== "Running") throw new CommandError(endings[status] ?? `It is ${status}.`);
    if (terminal.interactive) progress.show(`${status}: ${scanned(statistics)}`);
    await sleep(clock, pollMs, terminal.signal);
  }
}

const endings: Readonly<Record<string, string>> = {
  Failed: "The query failed: the platform's log says why.",
  Timeout: "The query was ended after an hour. Ask for a shorter time.",
  Cancelled: "The query was stopped by somebody.",
};

async function allRows(client: Client, queryId: string, first: GetQueryResultsResponse): Promise<readonly Row[]> {
  const rows = [...(first.results ?? [])];
  for (let { nextToken } = first; nextToken !== undefined; ) {
    const page = await client.logs("GetQueryResults", { queryId, nextToken });
    rows.push(...(page.results ?? []));
    nextToken = page.nextToken;
  }
  return rows;
}

/** For a command that has been interrupted, and ends as such: that the query goes on nevertheless is told. */
async function stop(client: Client, queryId: string, terminal: Terminal): Promise<void> {
  const clock = systemClock({ keepAlive: true });
  const tell = (error: Error) => terminal.err(`The query ${queryId} was not stopped: ${error.message}\n`);
  await Promise.race([client.logs("StopQuery", { queryId }).catch(tell), sleep(clock, stopMs)]);
}

function toObject(row: Row): Record<string, string> {
  return Object.fromEntries(row.map(({ field = "", value = "" }) => [field, value]));
}

/** A line for each row; `@ptr` is for programs. */
function toTable(rows: readonly Row[]): string {
  const objects = rows.map(toObject);
  const fields = [...new Set(objects.flatMap(Object.keys))].filter((field) => field !== "@ptr");
  const oneLine = (text = "") => text.trimEnd().replace(/\s*\n\s*/g, " ");
  const cells = objects.map((row) => fields.map((field) => oneLine(row[field])));
  return rows.length === 0 ? "" : table(fields, cells);
}

function found(rows: number, statistics: QueryStatistics): string {
  return `${count(rows, "row")}; ${count(statistics.recordsMatched, "event")} matched, ${scanned(statistics)}`;
}

function scanned({ recordsScanned, bytesScanned = 0 }: QueryStatistics): string {
  return `${count(recordsScanned, "event")} (${(bytesScanned / 1e6).toFixed(1)} MB) scanned`;
}

function count(number = 0, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}
