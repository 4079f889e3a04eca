import type { PutCompositeAlarmInput, PutMetricAlarmInput, StateValue } from "#generated/cloudwatch/types.ts";
import { parseArn } from "#kernel/arn.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { arnIn, type World, worldOf } from "#kernel/world.ts";

interface AlarmState extends World {
  readonly tags: Readonly<Record<string, string>>;
  /** Times are milliseconds since the epoch. */
  readonly configurationUpdatedAt: number;
  readonly stateValue: StateValue;
  readonly stateReason: string;
  readonly stateReasonData?: string;
  readonly stateUpdatedAt: number;
  /** When the value changed last. */
  readonly stateTransitionedAt: number;
}

/** As PutMetricAlarm was given it. */
export interface MetricAlarmRecord extends AlarmState {
  readonly type: "metric";
  readonly configuration: Omit<PutMetricAlarmInput, "Tags">;
}

/** As PutCompositeAlarm was given it. */
export interface CompositeAlarmRecord extends AlarmState {
  readonly type: "composite";
  readonly configuration: Omit<PutCompositeAlarmInput, "Tags">;
  /** Actions of the present state that are held back, by what and since when. */
  readonly suppression?: Suppression;
}

export interface Suppression {
  readonly by: "Alarm" | "WaitPeriod" | "ExtensionPeriod";
  readonly since: number;
}

export type AlarmRecord = MetricAlarmRecord | CompositeAlarmRecord;

/** Indexes: `world` by account and region; `policy` by the ARNs of the scaling policies among its actions. */
export const alarms: Collection<AlarmRecord, "world" | "policy"> = {
  name: "cloudwatch/alarm",
  indexes: {
    world: worldOf,
    policy: scalingPoliciesOf,
  },
};

/** The ARNs of the scaling policies among an alarm's actions. */
export function scalingPoliciesOf({ configuration }: AlarmRecord): string[] {
  const { AlarmActions = [], OKActions = [], InsufficientDataActions = [] } = configuration;
  return [...new Set([...AlarmActions, ...OKActions, ...InsufficientDataActions])].filter(isScalingPolicy);
}

export function alarmKey({ account, region }: World, alarmName: string): Key<AlarmRecord> {
  return keyOf(alarms, account, region, alarmName);
}

/** `arn:aws:cloudwatch:us-east-1:000000000000:alarm:NAME` */
export function alarmArn(world: World, alarmName: string): string {
  return arnIn(world, "cloudwatch", `alarm:${alarmName}`);
}

/** The name of an alarm that is named by its name or its ARN; undefined for an ARN of something else, or elsewhere. */
export function alarmNameOf({ account, region }: World, text: string): string | undefined {
  if (!text.startsWith("arn:")) return text;
  const arn = parseArn(text);
  if (arn?.service !== "cloudwatch" || arn.account !== account || arn.region !== region) return undefined;
  return /^alarm:(.+)$/s.exec(arn.resource)?.[1];
}

/** The actions of the present state of an alarm. */
export function actionsOf({ stateValue, configuration }: AlarmRecord): readonly string[] {
  if (configuration.ActionsEnabled === false) return [];
  const actions = {
    ALARM: configuration.AlarmActions,
    OK: configuration.OKActions,
    INSUFFICIENT_DATA: configuration.InsufficientDataActions,
  };
  return actions[stateValue] ?? [];
}

/** Whether an action is taken by what scales, which looks at alarms itself. */
function isScalingPolicy(action: string): boolean {
  return parseArn(action)?.service === "autoscaling";
}
