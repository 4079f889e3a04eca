import type { ComparisonOperator } from "#generated/cloudwatch/types.ts";
import type {
  ScalableTargetRecord,
  ScalingActivityRecord,
  ScalingPolicyRecord,
  ScheduledActionRecord,
  StepPolicyRecord,
  TrackingPolicyRecord,
} from "../../model.ts";

/** All that a decision about a target rests on. Times are milliseconds since the epoch. */
export interface ScalingView {
  readonly target: ScalableTargetRecord;
  /** Undefined: there is none any more, or it is being deleted. */
  readonly service: ServiceView | undefined;
  readonly policies: readonly PolicyView[];
  readonly scheduledActions: readonly ScheduledActionRecord[];
  /** A request waits for a task. */
  readonly hasWaiting: boolean;
  /** What the service has yet to fulfil. */
  readonly inProgress: ScalingActivityRecord | undefined;
  readonly now: number;
}

export interface ServiceView {
  readonly desiredCount: number;
  /** It runs what it is to run. */
  readonly isSteady: boolean;
  /** A deployment goes on. */
  readonly isDeploying: boolean;
}

export interface PolicyView<P extends ScalingPolicyRecord = StepPolicyRecord | TrackingPolicyRecord> {
  readonly policy: P;
  /** The alarms that invoke it in the state that they are in. */
  readonly invokedBy: readonly AlarmView[];
}

export interface AlarmView {
  readonly alarmName: string;
  readonly stateValue: string;
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  /** A period without data counts as one beyond the threshold. */
  readonly missingBreaches: boolean;
  /** Of its evaluation range, ascending; `time` is when the period began, in seconds since the epoch. */
  readonly datapoints: readonly { readonly time: number; readonly value: number }[];
  /** The end of the newest period of the range, and when there will be a newer one. */
  readonly endMs: number;
  readonly nextMs: number;
}

/** An alarm that has invoked a policy. */
export interface Trigger {
  readonly policy: ScalingPolicyRecord;
  readonly alarm: AlarmView;
}

/** What a policy asks for. */
export interface Proposal extends Trigger {
  readonly direction: "out" | "in";
  /** Before the bounds are looked at. */
  readonly capacity: number;
  readonly cooldownSeconds: number;
}
