/** What an expression of the cluster query language is asked about: one container instance. */
export interface QuerySubject {
  readonly agentConnected: boolean;
  readonly agentVersion: string | undefined;
  readonly ec2InstanceId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly registeredAt: number | undefined;
  readonly runningTasksCount: number;
  /** The value, empty when it has none; undefined when the instance does not have the attribute. */
  attribute(name: string): string | undefined;
  /** Whether a task of this group is on the instance. */
  hasTaskOf(group: string): boolean;
  /** The groups of the tasks that are on the instance. */
  taskGroups(): Iterable<string>;
}

/** An expression that has been read. */
export interface Query {
  readonly source: string;
  /** Whether the answer changes with the tasks that are on an instance, not only with the instance. */
  readonly readsTasks: boolean;
  test(subject: QuerySubject): boolean;
}

/** A condition, before it is known whether the whole reads tasks. */
export interface Condition {
  readonly readsTasks: boolean;
  readonly test: (subject: QuerySubject) => boolean;
}
