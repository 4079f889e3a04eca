/** What containers have used: telemetry of the agents, after the metrics that the Amazon ECS agent publishes. */

/**
 * The readings of one host over one interval. Intervals are counted from the epoch; times are milliseconds since it.
 * A message that comes twice is known by `to`, which grows.
 */
export interface UsageMessage {
  readonly hostId: string;
  readonly from: number;
  readonly to: number;
  /** Those with running containers. */
  readonly tasks: readonly TaskUsage[];
}

export interface TaskUsage {
  readonly taskArn: string;
  /** Of the network namespace of the task; absent where it has none of its own, or where it cannot be read. */
  readonly network?: { readonly rxBytesPerSecond: number; readonly txBytesPerSecond: number };
  readonly containers: readonly ContainerUsage[];
}

export interface ContainerUsage {
  readonly containerName: string;
  /** On average over the interval, or since its start where that was later; 1024 are one core. */
  readonly cpuUnits: number;
  /** At the end of the interval, without the page cache. */
  readonly memoryBytes: number;
  /** From and to block devices since its start. */
  readonly storageReadBytes: number;
  readonly storageWriteBytes: number;
  /** How often its restart policy has started it again; absent without one. */
  readonly restartCount?: number;
}
