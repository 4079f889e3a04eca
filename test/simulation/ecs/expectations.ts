/** What users have asked for, and what they were told. */
export class Expectations {
  /** By the request's `startedBy`, of which every request has its own. */
  readonly runs = new Map<string, Run>();
  /** Task ARN -> why users tried to stop it, in the words of each. */
  readonly stopReasons = new Map<string, Set<string>>();
  /** Somebody has taken capacity of FARGATE_SPOT away. */
  interrupts = false;
  /** Task ARN -> what the first acknowledged StopTask answered. */
  readonly stops = new Map<string, { readonly stopCode?: string; readonly stoppedReason?: string }>();
}

export interface Run {
  readonly count: number;
  /**
   * `unknown`: the answer was lost, and the request not repeated. `refused`: by a fault, so that no task may come of
   * it. Else the ARNs.
   */
  outcome: "unknown" | "refused" | readonly string[];
}
