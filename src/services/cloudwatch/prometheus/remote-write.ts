import { type Clock, sleep } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import type { HttpAnswer, SendHttp } from "#kernel/http-sender.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import { type Family, single } from "./family.ts";
import { familyName, labelsOf, statistics } from "./names.ts";
import { type MetricPoints, readMetrics } from "./points.ts";
import { compressSnappy } from "./snappy.ts";
import { encodeWriteRequest, type WrittenSeries } from "./write-request.ts";

/** Where a run goes on that follows another one; in seconds since the epoch. */
export interface WritePosition {
  /** What is before has been sent; undefined: nothing is known. */
  read(): Promise<number | undefined>;
  write(sentUntil: number): Promise<void>;
}

export interface RemoteWriteOptions {
  readonly storage: MetricStorage;
  readonly clock: Clock;
  readonly log: Log;
  readonly send: SendHttp;
  readonly position: WritePosition;
  readonly url: string;
  /** Beside those of the protocol: `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** So long after its end a minute is sent: then it is whole, but for what comes late. */
const delaySeconds = 20;
/** So much is read at once when there is something to catch up with. */
const windowSeconds = 300;
/** What could not be sent for longer is left out. */
const keptSeconds = 2 * 3600;
const timeoutMs = 30_000;
const mostBodyBytes = 64 * 1024;
const leastBackoffMs = 1000;
const mostBackoffMs = 60_000;

/**
 * Sends each minute of all metrics to a receiver ("Prometheus Remote-Write 1.0"), from where the run before has come
 * to, or from the minute of the first start on. The storage is the queue: while the receiver is away nothing is held
 * but the time from which it lacks data.
 */
export class RemoteWrite {
  private readonly options: RemoteWriteOptions;
  private readonly ended = new AbortController();
  private readonly counters = { samples: 0, failures: 0, dropped: 0 };
  /** Seconds since the epoch: what is before has been sent. */
  private sentUntil: number;
  private done: Promise<void> = Promise.resolve();
  private isFailing = false;

  constructor(options: RemoteWriteOptions) {
    this.options = options;
    this.sentUntil = Math.floor(options.clock.now() / 60_000) * 60;
  }

  start(): void {
    this.done = this.run().catch((error: unknown) => {
      if (!this.ended.signal.aborted) this.options.log.error("Remote write has ended", { error });
    });
  }

  async close(): Promise<void> {
    this.ended.abort();
    await this.done;
  }

  /** How it goes, for the platform's own metrics. */
  families(): Family[] {
    const { samples, failures, dropped } = this.counters;
    const lag = Math.max(0, this.options.clock.now() / 1000 - this.sentUntil);
    return [
      single("counter", "estiva_remote_write_samples", "Samples that the receiver of remote write took.", samples),
      single("counter", "estiva_remote_write_failures", "Requests that it did not take.", failures),
      single("counter", "estiva_remote_write_dropped_samples", "Samples that it will not get.", dropped),
      single("gauge", "estiva_remote_write_lag_seconds", "Age of the latest minute that it has.", lag),
    ];
  }

  private async run(): Promise<void> {
    const { clock, log, position } = this.options;
    const { signal } = this.ended;
    const before = await position.read().catch((error: unknown) => {
      log.error("It is not known how far remote write had come: it begins anew", { error });
      return undefined;
    });
    if (before !== undefined) this.sentUntil = Math.max(before, this.sentUntil - keptSeconds);
    for (;;) {
      const nowMs = clock.now();
      const until = Math.floor((nowMs / 1000 - delaySeconds) / 60) * 60;
      if (until > this.sentUntil) await this.sendUntil(until);
      else await sleep(clock, (this.sentUntil + 60 + delaySeconds) * 1000 - nowMs, signal);
    }
  }

  private async sendUntil(until: number): Promise<void> {
    const start = this.sentUntil;
    const end = Math.min(until, start + windowSeconds);
    for (let backoffMs = leastBackoffMs; ; backoffMs = Math.min(backoffMs * 2, mostBackoffMs)) {
      if (await this.sendWindow(start, end)) break;
      await sleep(this.options.clock, backoffMs, this.ended.signal);
    }
    this.sentUntil = end;
    await this.options.position.write(end).catch((error: unknown) => {
      this.options.log.warn("It could not be noted how far remote write has come", { error });
    });
  }

  /**
   * Whether it is over with: what cannot be read is tried again, until it has become too old. A receiver takes again
   * what it has.
   */
  private async sendWindow(start: number, end: number): Promise<boolean> {
    const { storage, clock, log } = this.options;
    try {
      for await (const metrics of readMetrics(storage, { start, end })) {
        const series = metrics.flatMap(seriesOf);
        if (series.length > 0) await this.deliver(series, start);
      }
      return true;
    } catch (error) {
      if (this.ended.signal.aborted) throw error;
      const isOld = clock.now() / 1000 - start > keptSeconds;
      const what = isOld ? "left out of remote write" : "kept for later";
      log.error(`Metrics that cannot be read are ${what}`, { start, end, error });
      return isOld;
    }
  }

  /** Until the receiver has taken it, refused it for good, or it has become too old. */
  private async deliver(series: readonly WrittenSeries[], start: number): Promise<void> {
    const { clock, log, url } = this.options;
    const { host } = new URL(url);
    const body = compressSnappy(encodeWriteRequest(series));
    const count = series.reduce((sum, { samples }) => sum + samples.length, 0);
    for (let backoffMs = leastBackoffMs; ; backoffMs = Math.min(backoffMs * 2, mostBackoffMs)) {
      const answer = await this.post(body);
      if (answer.status >= 200 && answer.status < 300) {
        if (this.isFailing) log.info("Remote write goes on", { host });
        this.isFailing = false;
        this.counters.samples += count;
        return;
      }
      this.counters.failures++;
      const isTemporary = answer.status === 429 || answer.status >= 500;
      const isOld = clock.now() / 1000 - start > keptSeconds;
      if (!isTemporary || isOld) {
        this.counters.dropped += count;
        log.error("Samples were left out of remote write", { host, samples: count, ...answer });
        return;
      }
      if (!this.isFailing) log.warn("Remote write waits for its receiver", { host, ...answer });
      this.isFailing = true;
      await sleep(clock, Math.max(backoffMs, (answer.retryAfterSeconds ?? 0) * 1000), this.ended.signal);
    }
  }

  /**
   * A receiver that is not there is as one that answers 503, and so is one whose answer is too long to be one of remote
   * write: pages of proxies are.
   */
  private async post(body: Uint8Array): Promise<HttpAnswer> {
    const { send, url, headers } = this.options;
    const own = {
      ...{ "content-type": "application/x-protobuf", "content-encoding": "snappy", "user-agent": "estiva" },
      "x-prometheus-remote-write-version": "0.1.0",
    };
    try {
      return await send({ method: "POST", url, headers: { ...headers, ...own }, body }, { timeoutMs, mostBodyBytes });
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      return { status: 503, body: error.message };
    }
  }
}

/** One series a statistic. */
function seriesOf({ name, points }: MetricPoints): WrittenSeries[] {
  const base = familyName(name);
  const labels = labelsOf(name);
  return statistics.flatMap(({ suffix, of }): WrittenSeries[] => {
    const samples = points.flatMap((point) => {
      const value = of(point);
      return value === undefined ? [] : [{ value, timeMs: point.time * 1000 }];
    });
    // As names sort: `__name__` is before all labels.
    return samples.length === 0 ? [] : [{ labels: [["__name__", `${base}_${suffix}`], ...labels], samples }];
  });
}
