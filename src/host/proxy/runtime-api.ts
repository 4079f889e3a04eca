import { connect } from "node:net";
import { DriverError } from "#kernel/fault.ts";

/** One line to HAProxy may have this many bytes: its buffers are larger. */
const maxLineBytes = 32_768;
const answerMs = 10_000;

/**
 * Says commands to one of HAProxy's command line sockets and resolves with its answer. Rejects with a `DriverError`
 * (`Unavailable`, retryable) when nobody listens.
 */
export function ask(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ path, timeout: answerMs });
    const fail = (cause: Error) => {
      socket.destroy();
      reject(new DriverError("Unavailable", `HAProxy does not answer: ${cause.message}`, { retryable: true, cause }));
    };
    socket.on("timeout", () => fail(new Error("it took too long")));
    socket.setEncoding("utf8");
    socket.on("error", fail);
    socket.on("data", (text) => {
      answer += text;
    });
    socket.on("end", () => resolve(answer));
    socket.end(`${command}\n`);
  });
}

/** The same for many commands, in as few lines as they fit in. Resolves with what was answered to them, if anything. */
export async function askAll(path: string, commands: readonly string[]): Promise<string> {
  let answers = "";
  for (const line of linesOf(commands)) answers += await ask(path, line);
  return answers.replaceAll(/\n+/g, "\n").trim();
}

function linesOf(commands: readonly string[]): string[] {
  const lines: string[] = [];
  for (const command of commands) {
    const last = lines.at(-1);
    const joined = `${last}; ${command}`;
    if (last === undefined || joined.length > maxLineBytes) lines.push(command);
    else lines[lines.length - 1] = joined;
  }
  return lines;
}

/** Numbers that variables of the process have, by their names; one that was never set has none. */
export async function readNumbers(path: string, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const text = await askAll(
    path,
    names.map((name) => `get var ${name}`),
  );
  const found = text.matchAll(/^(\S+): type=sint value=<(\d+)>/gm);
  return new Map([...found].map(([, name, value]) => [name!, Number(value)]));
}

/** A server as `show stat` tells of it. */
export interface ServerStatus {
  readonly backend: string;
  readonly name: string;
  /** `UP`, `UP 1/2`, `DOWN`, `DOWN 1/3`, `MAINT`, `no check`... */
  readonly status: string;
  /** `L7OK`, `L4CON`, `L7STS`...; empty without checks. */
  readonly check: string;
  /** How long that check took. */
  readonly checkMs: number;
  /** Whether the next check is under way. */
  readonly isBeingChecked: boolean;
  /** The status code of an HTTP check's answer. */
  readonly code?: number;
  /** Sessions that it serves now. */
  readonly sessions: number;
  readonly weight: number;
  /** Seconds since its status changed. */
  readonly changedSeconds: number;
}

/** A line of `show stat`: of a frontend (`FRONTEND`), a backend (`BACKEND`) or a server. */
export interface StatRow {
  readonly proxy: string;
  readonly server: string;
  /** The cell of a column; empty when there is none. */
  text(column: string): string;
  /** 0 for an empty cell. */
  number(column: string): number;
}

/** What a process has counted: of all servers, or of frontends and backends too. */
export async function readStat(path: string, of: "servers" | "all"): Promise<StatRow[]> {
  return parseStat(await ask(path, `show stat -1 ${of === "all" ? 7 : 4} -1`));
}

/** Reads the CSV of `show stat`; columns are found by their names, which versions only add to. */
export function parseStat(text: string): StatRow[] {
  const [head, ...lines] = text.trim().split("\n");
  const columns = new Map(
    (head ?? "")
      .replace(/^# /, "")
      .split(",")
      .map((name, i) => [name, i]),
  );
  return lines.filter(Boolean).map((line) => {
    const cells = line.split(",");
    const cell = (column: string) => cells[columns.get(column) ?? -1] ?? "";
    return { proxy: cell("pxname"), server: cell("svname"), text: cell, number: (column) => Number(cell(column)) };
  });
}

export function serverStatus(row: StatRow): ServerStatus {
  const [code, check] = [row.text("check_code"), row.text("check_status")];
  return {
    backend: row.proxy,
    name: row.server,
    status: row.text("status"),
    // While a check is under way, the result of the one before it is marked.
    check: check.replace(/^\* /, ""),
    checkMs: row.number("check_duration"),
    isBeingChecked: check.startsWith("* "),
    ...(code !== "" && { code: Number(code) }),
    sessions: row.number("scur"),
    weight: row.number("weight"),
    changedSeconds: row.number("lastchg"),
  };
}

/** The value of a variable of the process, if it has one: `proc.version: type=sint value=<7>`. */
export async function readVariable(path: string, name: string): Promise<string | undefined> {
  return /value=<(.*)>/.exec(await ask(path, `get var ${name}`))?.[1];
}
