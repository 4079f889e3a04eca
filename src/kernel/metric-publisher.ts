import type { Log } from "./controller.ts";
import { DriverError } from "./fault.ts";
import type { MeasuredAt, Measurement, MetricSink } from "./metric-sink.ts";

export interface MetricPublisherOptions {
  readonly sink: MetricSink;
  readonly log: Log;
  /** What is logged of measurements that could not be stored: they are lost. */
  readonly failure: string;
}

/** Stores measurements in the background, for who has nobody waiting for them. */
export class MetricPublisher {
  readonly #options: MetricPublisherOptions;
  readonly #publishing = new Set<Promise<void>>();

  constructor(options: MetricPublisherOptions) {
    this.#options = options;
  }

  publish(measurements: readonly Measurement[], at: MeasuredAt): void {
    const work = this.#put(measurements, at).finally(() => this.#publishing.delete(work));
    this.#publishing.add(work);
  }

  /** Resolves when all that has been published so far is stored, or lost. */
  async settled(): Promise<void> {
    await Promise.all(this.#publishing);
  }

  async #put(measurements: readonly Measurement[], at: MeasuredAt): Promise<void> {
    const { sink, log, failure } = this.#options;
    try {
      await sink.put(measurements, at);
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      log.warn(failure, { metrics: measurements.length, reason: error.message });
    }
  }
}
