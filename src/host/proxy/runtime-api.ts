import { connect } from "node:net";
import { type Clock, sleep } from "#kernel/clock.ts";
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

/** How long the process that a reload has replaced may go on answering in its stead. */
const othersAnswerMs = 15_000;
const askAgainMs = 15;

/**
 * The command line of the process that serves. The one that a reload has replaced shares its socket for a moment more:
 * a command that has reached it is said again.
 */
export class RuntimeApi {
  readonly path: () => Promise<string>;
  readonly #clock: Clock;
  /** What the process tells of itself; undefined: whoever answers will do. */
  version: number | undefined;

  constructor(path: () => Promise<string>, clock: Clock) {
    this.path = path;
    this.#clock = clock;
  }

  /** Rejects as `ask` does, also when none but another process answers. */
  async say(command: string): Promise<string> {
    const { version } = this;
    const path = await this.path();
    if (version === undefined) return await ask(path, command);
    for (const until = this.#clock.now() + othersAnswerMs; this.#clock.now() < until; ) {
      const answer = await ask(path, `${versionQuestion}; ${command}`);
      const [told, ...rest] = answer.split("\n");
      if (toldVersion(told!) === version) return rest.join("\n").trimStart();
      await sleep(this.#clock, askAgainMs);
    }
    throw new DriverError("Unavailable", "HAProxy has another configuration than it was given", { retryable: true });
  }

  /** The same for many commands, in as few lines as they fit in. Resolves with what was answered to them. */
  async sayAll(commands: readonly string[]): Promise<string> {
    let answers = "";
    for (const line of linesOf(commands)) answers += await this.say(line);
    return answers.replaceAll(/\n+/g, "\n").trim();
  }

  /** Numbers that variables of the process have, by their names; one that was never set has none. */
  async readNumbers(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const text = await this.sayAll(names.map((name) => `get var ${name}`));
    const found = text.matchAll(/^(\S+): type=sint value=<(\d+)>/gm);
    return new Map([...found].map(([, name, value]) => [name!, Number(value)]));
  }

  /** What the process has counted: of all servers, or of frontends and backends too. */
  async readStat(of: "servers" | "all"): Promise<StatRow[]> {
    return parseStat(await this.say(`show stat -1 ${of === "all" ? 7 : 4} -1`));
  }
}

/** Which configuration a process has. */
export const versionVariable = "proc.estiva";
export const versionQuestion = `get var ${versionVariable}`;

/** What a line says of the version of the process; undefined: nothing. */
export function toldVersion(line: string): number | undefined {
  const [, name, value] = /^(\S+): type=sint value=<(\d+)>$/.exec(line) ?? [];
  return name === versionVariable ? Number(value) : undefined;
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
  /** All that have failed: those, too, after which it was tried again, there or with another server. */
  readonly failedConnections: number;
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
    failedConnections: row.number("econ") + row.number("wretr") + row.number("wredis"),
    changedSeconds: row.number("lastchg"),
  };
}
