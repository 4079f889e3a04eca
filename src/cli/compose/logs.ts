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

interface Stream {
  readonly name: string;
  nextToken: string | undefined;
  /** As it was told before the stream was read last. */
  lastIngestionTime: number | undefined;
}

/** Further lines may come in at the time at which the newest ones did: nothing is taken for read before this. */
const settledMs = 10_000;

/** Reads what all tasks of a project write, each line once; new tasks are found as they come. */
export class ProjectLogs {
  readonly #client: Client;
  readonly #project: string;
  readonly #services: ReadonlySet<string>;
  readonly #sinceMs: number;
  readonly #streams = new Map<string, Stream>();
  /** Lines that nobody has been told yet. */
  readonly #unread: LogLine[] = [];

  /** `services` empty: all. Lines from before `sinceMs` are left out. */
  constructor(client: Client, project: string, services: readonly string[], sinceMs = 0) {
    this.#client = client;
    this.#project = project;
    this.#services = new Set(services);
    this.#sinceMs = sinceMs;
  }

  /** What has come since the last time, by its time. */
  async read(): Promise<LogLine[]> {
    const ingested = await this.#findStreams();
    const newest = [...ingested.values()].reduce((a, b) => Math.max(a, b), 0);
    const due = [...ingested].filter(
      ([name, time]) => time !== this.#streams.get(name)?.lastIngestionTime || time > newest - settledMs,
    );
    const reads = due.map(async ([name, lastIngestionTime]) => {
      const stream = this.#streams.get(name) ?? { name, nextToken: undefined, lastIngestionTime: undefined };
      this.#streams.set(name, stream);
      await this.#readStream(stream);
      stream.lastIngestionTime = lastIngestionTime;
    });
    // What has been read of some is told the next time when others fail.
    for (const read of await Promise.allSettled(reads)) if (read.status === "rejected") throw read.reason;
    return this.#unread.splice(0).sort((a, b) => a.timestamp - b.timestamp);
  }

  /** The streams that have something, by when it came last. They are named `service/container/task`. */
  async #findStreams(): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    const logGroupName = logGroupOf(this.#project);
    let nextToken: string | undefined;
    do {
      const page = await this.#client
        .logs("DescribeLogStreams", { logGroupName, ...(nextToken && { nextToken }) })
        .catch(ifMissing({ logStreams: [], nextToken: undefined }));
      for (const { logStreamName: name = "", lastEventTimestamp = 0, lastIngestionTime } of page.logStreams ?? []) {
        const wanted = this.#services.size === 0 || this.#services.has(name.split("/")[0]!);
        if (!wanted || lastEventTimestamp < this.#sinceMs || lastIngestionTime === undefined) continue;
        found.set(name, lastIngestionTime);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  }

  async #readStream(stream: Stream): Promise<void> {
    const [service = "", , task = ""] = stream.name.split("/");
    for (;;) {
      const page = await this.#client
        .logs("GetLogEvents", {
          ...{ logGroupName: logGroupOf(this.#project), logStreamName: stream.name, startFromHead: true },
          ...(this.#sinceMs > 0 && { startTime: this.#sinceMs }),
          ...(stream.nextToken && { nextToken: stream.nextToken }),
        })
        .catch(ifMissing({ events: [], nextForwardToken: stream.nextToken }));
      for (const { message = "", timestamp = 0 } of page.events ?? [])
        this.#unread.push({ service, task, message, timestamp });
      const done = page.nextForwardToken === stream.nextToken;
      stream.nextToken = page.nextForwardToken;
      if (done) return;
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
