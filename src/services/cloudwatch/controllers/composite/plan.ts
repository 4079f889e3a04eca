import type { StateValue } from "#generated/cloudwatch/types.ts";
import { type AlarmRule, holds, parseRule } from "../../alarms/rule.ts";
import { withState } from "../../alarms/transition.ts";
import { alarmArn, alarmNameOf, type CompositeAlarmRecord, type Suppression } from "../../model.ts";

type StateOf = (alarmName: string) => StateValue | undefined;

export interface CompositePlan {
  /** The same object when nothing changes. */
  readonly alarm: CompositeAlarmRecord;
  /** Its actions are to be taken now. */
  readonly act: boolean;
  /** When its suppression is over, if nothing changes before. */
  readonly lookAgainAt?: number;
}

/** What becomes of a composite alarm in these states of the others. */
export function planComposite(before: CompositeAlarmRecord, stateOf: StateOf, now: number): CompositePlan {
  const stateValue = holds(ruleOf(before), (named) => stateOf(alarmNameOf(before, named) ?? "")) ? "ALARM" : "OK";
  const changed = stateValue !== before.stateValue;
  const { suppression: _held, ...rest } = before;
  const reason = `${alarmArn(before, before.configuration.AlarmName)} transitioned to ${stateValue} at ${asDate(now)}`;
  const alarm = changed ? withState<CompositeAlarmRecord>(rest, { stateValue, reason }, now) : before;
  const suppressor = suppressorState(before, stateOf);
  if (suppressor === undefined) return { alarm, act: changed };
  const suppression = changed
    ? firstSuppression(before, suppressor, now)
    : nextSuppression(before, before.suppression, { suppressor, now });
  const isHeld = suppression !== undefined;
  const act = !isHeld && (changed || before.suppression !== undefined);
  const same = suppression === before.suppression && !changed;
  return {
    alarm: same ? before : { ...withoutSuppression(alarm), ...(isHeld && { suppression }) },
    act,
    ...(isHeld && endOf(before, suppression)),
  };
}

/** Whether it says already what follows from these states. */
export function isSettled(alarm: CompositeAlarmRecord, stateOf: StateOf, now: number): boolean {
  const plan = planComposite(alarm, stateOf, now);
  return plan.alarm === alarm && !plan.act;
}

function ruleOf({ configuration }: CompositeAlarmRecord): AlarmRule {
  return parseRule(configuration.AlarmRule);
}

function withoutSuppression({ suppression: _held, ...rest }: CompositeAlarmRecord): CompositeAlarmRecord {
  return rest;
}

/** Undefined: the alarm has no suppressor, or it is not there. */
function suppressorState(alarm: CompositeAlarmRecord, stateOf: StateOf): StateValue | undefined {
  const { ActionsSuppressor: suppressor } = alarm.configuration;
  return suppressor === undefined ? undefined : stateOf(alarmNameOf(alarm, suppressor) ?? "");
}

function firstSuppression(
  { configuration }: CompositeAlarmRecord,
  suppressor: StateValue,
  now: number,
): Suppression | undefined {
  if (suppressor === "ALARM") return { by: "Alarm", since: now };
  return configuration.ActionsSuppressorWaitPeriod ? { by: "WaitPeriod", since: now } : undefined;
}

function nextSuppression(
  alarm: CompositeAlarmRecord,
  held: Suppression | undefined,
  { suppressor, now }: { readonly suppressor: StateValue; readonly now: number },
): Suppression | undefined {
  if (held === undefined) return undefined;
  if (suppressor === "ALARM") return held.by === "Alarm" ? held : { by: "Alarm", since: now };
  if (held.by === "Alarm") {
    return alarm.configuration.ActionsSuppressorExtensionPeriod ? { by: "ExtensionPeriod", since: now } : undefined;
  }
  return now >= endOf(alarm, held).lookAgainAt! ? undefined : held;
}

function endOf({ configuration }: CompositeAlarmRecord, { by, since }: Suppression): { readonly lookAgainAt?: number } {
  if (by === "Alarm") return {};
  const { ActionsSuppressorWaitPeriod: wait = 0, ActionsSuppressorExtensionPeriod: extension = 0 } = configuration;
  return { lookAgainAt: since + (by === "WaitPeriod" ? wait : extension) * 1000 };
}

/** `Sunday 29 November, 2026 18:43:53 UTC` */
function asDate(now: number): string {
  const date = new Date(now);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" }).format(date);
  const clock = date.toISOString().slice(11, 19);
  const day = `${part({ weekday: "long" })} ${String(date.getUTCDate()).padStart(2, "0")} ${part({ month: "long" })}`;
  return `${day}, ${date.getUTCFullYear()} ${clock} UTC`;
}
