import type { Client } from "../client.ts";
import { ServiceError } from "../client.ts";
import { logGroupOf } from "./plan/names.ts";

/** One line that a task of the project wrote. */
export interface LogLine {
  readonly service: string;
  readonly task: string;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

interface Position {
  readonly name: string;
  nextToken: string | undefined;
}

/** Reads what all tasks of a project write, each line once; new tasks are found as they come. */
export class ProjectLogs {
  readonly #client: Client;
  readonly #project: string;
  readonly #services: ReadonlySet<string>;
  readonly #sinceMs: number;
  readonly #streams = new Map<string, Position>();

  /** `services` empty: all. Lines from before `sinceMs` are left out. */
  constructor(client: Client, project: string, services: readonly string[], sinceMs = 0) {
    this.#client = client;
    this.#project = project;
    this.#services = new Set(services);
    this.#sinceMs = sinceMs;
  }

  /** What has come since the last time, by its time. */
  async read(): Promise<LogLine[]> {
    await this.#findStreams();
    const lines = await Promise.all([...this.#streams.values()].map((stream) => this.#readStream(stream)));
    return lines.flat().sort((a, b) => a.timestamp - b.timestamp);
  }

  /** Streams are named `service/container/task`. */
  async #findStreams(): Promise<void> {
    const logGroupName = logGroupOf(this.#project);
    let nextToken: string | undefined;
    do {
      const page = await this.#client
        .logs("DescribeLogStreams", { logGroupName, ...(nextToken && { nextToken }) })
        .catch(ifMissing({ logStreams: [], nextToken: undefined }));
      for (const { logStreamName: name = "", lastEventTimestamp = Number.POSITIVE_INFINITY } of page.logStreams ?? []) {
        const wanted = this.#services.size === 0 || this.#services.has(name.split("/")[0]!);
        if (wanted && lastEventTimestamp >= this.#sinceMs && !this.#streams.has(name)) {
          this.#streams.set(name, { name, nextToken: undefined });
        }
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }

  async #readStream(stream: Position): Promise<LogLine[]> {
    const [service = "", , task = ""] = stream.name.split("/");
    const lines: LogLine[] = [];
    for (;;) {
      const page = await this.#client
        .logs("GetLogEvents", {
          ...{ logGroupName: logGroupOf(this.#project), logStreamName: stream.name, startFromHead: true },
          ...(this.#sinceMs > 0 && { startTime: this.#sinceMs }),
          ...(stream.nextToken && { nextToken: stream.nextToken }),
        })
        .catch(ifMissing({ events: [], nextForwardToken: stream.nextToken }));
      for (const { message = "", timestamp = 0 } of page.events ?? [])
        lines.push({ service, task, message, timestamp });
      const done = page.nextForwardToken === stream.nextToken;
      stream.nextToken = page.nextForwardToken;
      if (done) return lines;
    }
  }
}

/** A group or a stream that is not there, yet or any more, has nothing. */
function ifMissing<T>(nothing: T) {
  return (error: unknown): T => {
    if (error instanceof ServiceError && error.code === "ResourceNotFoundException") return nothing;
    throw error;
  };
}

/** `web-3f2a1b | message`, the names as wide as the widest so far. */
export class LogPrinter {
  readonly #print: (text: string) => void;
  readonly #prefix: boolean;
  #width = 0;

  constructor(print: (text: string) => void, prefix = true) {
    this.#print = print;
    this.#prefix = prefix;
  }

  print({ service, task, message }: LogLine): void {
    const name = `${service}-${task.slice(0, 6)}`;
    this.#width = Math.max(this.#width, name.length);
    this.#print(this.#prefix ? `${name.padEnd(this.#width)} | ${message}\n` : `${message}\n`);
  }
}
