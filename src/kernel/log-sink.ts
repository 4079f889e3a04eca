/** Where the output of containers goes: CloudWatch Logs' ingest, idempotent by the position in the source. */
export interface LogSink {
  /**
   * Stores the events and the position behind them as one. A batch whose position is not beyond the stored one is
   * passed over, so that a batch can be sent again after a crash without a line lost or doubled. Resolves when durable.
   * Rejects with a `Fault` when the group or stream does not exist (`ResourceNotFoundException`), or when the task may
   * not write there (`AccessDeniedException`).
   */
  append(batch: LogBatch): Promise<void>;
  /** The last stored position of this source in the stream, or undefined. */
  position(stream: LogStreamName, sourceId: string): Promise<LogPosition | undefined>;
  /** Makes the stream, and with `createGroup` the group; existing ones are left as they are. Rejects as `append`. */
  ensureStream(
    stream: LogStreamName,
    options: { readonly createGroup: boolean; readonly taskArn?: string },
  ): Promise<void>;
}

export interface LogStreamName {
  readonly account: string;
  readonly region: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** How far a container's output has been stored. Positions of one source are ordered by time, then count. */
export interface LogPosition {
  /** The runtime's timestamp of the last record, nanoseconds since the epoch, as decimal digits. */
  readonly timeNanos: string;
  /** How many records with just this timestamp have been stored. */
  readonly count: number;
}

export interface LogBatch {
  readonly stream: LogStreamName;
  /** The task whose output it is: its execution role must allow it. */
  readonly taskArn?: string;
  readonly sourceId: string;
  readonly position: LogPosition;
  /** In the order written; timestamps are milliseconds since the epoch. */
  readonly events: readonly { readonly timestamp: number; readonly message: string }[];
}
