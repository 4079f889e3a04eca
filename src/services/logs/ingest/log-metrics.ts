import { setImmediate } from "node:timers/promises";
import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { MetricPublisher } from "#kernel/metric-publisher.ts";
import type { Measurement, MetricSink } from "#kernel/metric-sink.ts";
import { type CountedMetric, MinuteCounts } from "#kernel/minute-counts.ts";
import type { Entry, Store } from "#kernel/store.ts";
import { type LogGroupRecord, logGroups, type MetricFilterRecord, metricFilters } from "../model.ts";
import { compileFilterPattern, type FilterPattern } from "../patterns/filter-pattern.ts";
import { eventOverheadBytes } from "../segments/page.ts";
import type { LogStorage, RecordContent } from "../segments/storage.ts";
import { embeddedMetrics, mayEmbedMetrics } from "./embedded.ts";
import { Tally } from "./tally.ts";
import { compileTransformation, type Transform } from "./transformation.ts";

export interface LogMetricsOptions {
  readonly store: Pick<Store, "view">;
  readonly storage: LogStorage;
  readonly sink: MetricSink;
  readonly clock: Clock;
  readonly log: Log;
}

interface Compiled {
  readonly pattern: FilterPattern;
  readonly transforms: readonly Transform[];
}

/** A minute in which events came in, for a filter with a default value. */
interface Minute {
  matched: boolean;
  readonly timer: Timer;
}

const minuteMs = 60_000;
/** Characters of messages that filters look at before others have their turn: patterns may take long. */
const lookedAtInATurn = 32 * 1024;

/**
 * Publishes how much comes in, what metric filters make of events, and the metrics that messages have embedded, as
 * events are stored. A group without filters costs two looks into an index, a message without metrics a look at its
 * first character and at its length. What was not published yet when the process ends is lost: the events are not.
 */
export class LogMetrics {
  readonly #options: LogMetricsOptions;
  readonly #compiled = new WeakMap<MetricFilterRecord, Compiled>();
  readonly #minutes = new Map<string, Minute>();
  readonly #publisher: MetricPublisher;
  readonly #incoming: MinuteCounts;
  readonly #measuring = new Set<Promise<void>>();
  readonly #stop: () => void;

  constructor(options: LogMetricsOptions) {
    this.#options = options;
    const { sink, log, clock } = options;
    const failure = "Metrics from logs could not be stored";
    this.#publisher = new MetricPublisher({ sink, log, failure });
    this.#incoming = new MinuteCounts({ sink, log, clock, failure });
    this.#stop = options.storage.followAll((groupId, batch) => this.#take(groupId, batch));
  }

  /** Resolves when all that was counted is published. */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all(this.#measuring);
    for (const { timer } of this.#minutes.values()) timer.cancel();
    await this.#incoming.close();
    await this.#publisher.settled();
  }

  #take(groupId: string, batch: RecordContent): Promise<void> | undefined {
    const { store } = this.#options;
    const group = store.view(logGroups).by("id", groupId)[0]?.value;
    if (group === undefined) return undefined;
    this.#countIncoming(group, batch);
    const filters = store.view(metricFilters).by("group", groupId);
    const embeds = batch.events.filter(({ message }) => mayEmbedMetrics(message));
    if (filters.length === 0 && embeds.length === 0) return undefined;
    const measuring = this.#measure(group, filters, batch, embeds);
    this.#measuring.add(measuring);
    return measuring.finally(() => this.#measuring.delete(measuring));
  }

  async #measure(
    group: LogGroupRecord,
    filters: readonly Entry<MetricFilterRecord>[],
    batch: RecordContent,
    embeds: RecordContent["events"],
  ): Promise<void> {
    const tally = new Tally(group);
    const turn = { looked: 0 };
    for (const filter of filters) await this.#applyFilter(filter, batch, tally, turn);
    for (const { message } of embeds) this.#addEmbedded(group, message, tally);
    this.#publish(tally);
  }

  /** As "Monitoring usage with CloudWatch metrics" of the user guide has it; sizes are those of PutLogEvents. */
  #countIncoming({ account, region, logGroupName }: LogGroupRecord, { events }: RecordContent): void {
    const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + eventOverheadBytes, 0);
    const everywhere: readonly CountedMetric["dimensions"][] = [{}, { LogGroupName: logGroupName }];
    for (const dimensions of everywhere) {
      const metric = { account, region, namespace: "AWS/Logs", dimensions };
      this.#incoming.count({ ...metric, metricName: "IncomingLogEvents", unit: "None" }, events.length);
      this.#incoming.sum({ ...metric, metricName: "IncomingBytes", unit: "Bytes" }, bytes);
    }
  }

  async #applyFilter(
    filter: Entry<MetricFilterRecord>,
    { events }: RecordContent,
    tally: Tally,
    turn: { looked: number },
  ): Promise<void> {
    const { pattern, transforms } = this.#compile(filter.value);
    const { metricTransformations } = filter.value;
    let matched = false;
    for (const { timestamp, message } of events) {
      turn.looked += message.length;
      if (turn.looked >= lookedAtInATurn) {
        turn.looked = 0;
        await setImmediate();
      }
      const match = pattern.match(message);
      if (match === undefined) continue;
      matched = true;
      for (const [i, transform] of transforms.entries()) {
        const found = transform(match);
        const metric = metricTransformations[i]!;
        if (found !== undefined) tally.add(metricOf(metric, found.dimensions), [found.value], timestamp, 60);
      }
    }
    if (metricTransformations.some(({ defaultValue }) => defaultValue !== undefined)) this.#note(filter, matched);
  }

  #compile(filter: MetricFilterRecord): Compiled {
    const known = this.#compiled.get(filter);
    if (known !== undefined) return known;
    const pattern = compileFilterPattern(filter.filterPattern);
    const transforms = filter.metricTransformations.map((each) => compileTransformation(pattern, each));
    const compiled = { pattern, transforms };
    this.#compiled.set(filter, compiled);
    return compiled;
  }

  /** When none of a minute's events matched, the default value is published as the minute ends. */
  #note(filter: Entry<MetricFilterRecord>, matched: boolean): void {
    const { clock } = this.#options;
    const known = this.#minutes.get(filter.key);
    if (known !== undefined) {
      known.matched ||= matched;
      return;
    }
    const start = Math.floor(clock.now() / minuteMs) * minuteMs;
    const timer = clock.after(start + minuteMs - clock.now(), () => this.#endMinute(filter, start));
    this.#minutes.set(filter.key, { matched, timer });
  }

  #endMinute({ key, value }: Entry<MetricFilterRecord>, start: number): void {
    const { matched = true } = this.#minutes.get(key) ?? {};
    this.#minutes.delete(key);
    if (matched) return;
    const tally = new Tally(value);
    for (const metric of value.metricTransformations) {
      if (metric.defaultValue !== undefined) tally.add(metricOf(metric, {}), [metric.defaultValue], start, 60);
    }
    this.#publish(tally);
  }

  #addEmbedded({ logGroupName }: LogGroupRecord, message: string, tally: Tally): void {
    const now = this.#options.clock.now();
    const found = embeddedMetrics(message, now);
    if (typeof found === "string") {
      const dimensions = { LogGroupName: logGroupName };
      tally.add({ namespace: "AWS/Logs", metricName: found, dimensions, unit: "Count" }, [1], now, 60);
      return;
    }
    for (const { values, time, resolutionSeconds, ...metric } of found) {
      tally.add(metric, values, time, resolutionSeconds);
    }
  }

  #publish(tally: Tally): void {
    for (const [at, measurements] of tally.byTime()) this.#publisher.publish(measurements, at);
  }
}

function metricOf(
  { metricNamespace, metricName, unit = "None" }: MetricFilterRecord["metricTransformations"][number],
  dimensions: Measurement["dimensions"],
) {
  return { namespace: metricNamespace, metricName, dimensions, unit };
}
