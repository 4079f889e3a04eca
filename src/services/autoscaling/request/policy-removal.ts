import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Put, Read } from "#kernel/store.ts";
import {
  type AlarmRecord,
  alarmKey,
  alarms,
  configuredAlarm,
  deletedAlarm,
  historyPuts,
} from "#services/cloudwatch/model.ts";
import { alarmsMadeFor, policyArn, type ScalingPolicyRecord } from "../model.ts";

interface Removal {
  readonly unchanged: readonly Read<unknown>[];
  readonly put: readonly Put[];
  readonly remove: readonly string[];
}

/**
 * What goes with policies: the alarms that were made for them. Other alarms that name them stay, without the action
 * ("DeleteScalingPolicy").
 */
export function removal(ctx: RequestContext, policies: readonly Entry<ScalingPolicyRecord>[]): Removal {
  const now = ctx.clock.now();
  const made = policies.flatMap(({ value }) => madeAlarms(ctx, value));
  const gone = new Set(made.map(({ key }) => key as string));
  const arns = policies.map(({ value }) => policyArn(value));
  const view = ctx.store.view(alarms);
  const naming = new Map(arns.flatMap((arn) => view.by("policy", arn)).map((alarm) => [alarm.key, alarm]));
  const others = [...naming.values()].filter(({ key }) => !gone.has(key));
  return {
    unchanged: [...made, ...others],
    put: [
      ...made.flatMap(({ value }) => deletedAlarm(value, now)),
      ...others.flatMap((alarm) => withoutActions(alarm, arns, now)),
    ],
    remove: [...policies.map(({ key }) => key), ...gone],
  };
}

/** The alarms of a policy of target tracking that are still there. */
export function madeAlarms(ctx: RequestContext, policy: ScalingPolicyRecord): Entry<AlarmRecord>[] {
  const view = ctx.store.view(alarms);
  return alarmsMadeFor(policy).flatMap((name) => view.get(alarmKey(ctx, name)) ?? []);
}

function withoutActions({ key, value: before }: Entry<AlarmRecord>, arns: readonly string[], now: number): Put[] {
  const { AlarmActions = [], OKActions = [], InsufficientDataActions = [] } = before.configuration;
  const others = (actions: readonly string[]) => actions.filter((action) => !arns.includes(action));
  const configuration = {
    ...before.configuration,
    AlarmActions: others(AlarmActions),
    OKActions: others(OKActions),
    InsufficientDataActions: others(InsufficientDataActions),
  };
  const value = { ...before, configuration, configurationUpdatedAt: now } as AlarmRecord;
  return [{ key, value }, ...historyPuts([configuredAlarm(value, now, before)])];
}
