import type { StateValue } from "#generated/cloudwatch/types.ts";
import { parseArn } from "#kernel/arn.ts";
import { type Random, uuid } from "#kernel/random.ts";
import type { Put } from "#kernel/store.ts";
import { type DeliveryRecord, defaultRetry, deliveryKey } from "#services/events/model.ts";
import { type AlarmHistoryRecord, type AlarmRecord, actionsOf, alarmArn, historyOf } from "../model.ts";
import { alarmData } from "./event.ts";

export interface NewState {
  readonly stateValue: StateValue;
  readonly reason: string;
  readonly reasonData?: string;
}

/** The record in a state; `stateTransitionedAt` is of the last change of the value. */
export function withState<R extends AlarmRecord>(
  alarm: R,
  { stateValue, reason, reasonData }: NewState,
  now: number,
): R {
  const { stateReasonData: _before, ...rest } = alarm;
  return {
    ...(rest as R),
    stateValue,
    stateReason: reason,
    ...(reasonData !== undefined && { stateReasonData: reasonData }),
    stateUpdatedAt: now,
    ...(alarm.stateValue !== stateValue && { stateTransitionedAt: now }),
  };
}

/** What the history says of a change of state. */
export function stateHistory(was: AlarmRecord, is: AlarmRecord): AlarmHistoryRecord {
  const state = ({ stateValue, stateReason, stateReasonData }: AlarmRecord) => ({
    stateValue,
    stateReason,
    ...(stateReasonData !== undefined && { stateReasonData: parsed(stateReasonData) }),
  });
  const data = { version: "1.0", oldState: state(was), newState: state(is) };
  const summary = `Alarm updated from ${was.stateValue} to ${is.stateValue}`;
  return historyOf(is, is.stateUpdatedAt, "StateUpdate", summary, data);
}

/**
 * What reaches the targets of the alarm's actions: EventBridge's deliveries carry it there, with its retries. The
 * targets are given what AWS gives to Lambda functions.
 */
export function actionPuts(was: AlarmRecord, is: AlarmRecord, random: Random): Put[] {
  const { account, region, stateUpdatedAt: now } = is;
  const arn = alarmArn(is, is.configuration.AlarmName);
  const time = new Date(now).toISOString().replace("Z", "+0000");
  const input = JSON.stringify({
    source: "aws.cloudwatch",
    ...{ alarmArn: arn, accountId: account, time, region },
    alarmData: alarmData(was, is),
  });
  return actionsOf(is).flatMap((action, position): Put[] => {
    const address = addressOf(action, is);
    if (address === undefined) return [];
    const value: DeliveryRecord = {
      ...{ account, region, originArn: arn, queue: `${arn} ${action}`, position, address, input },
      ...{ isOwnInput: true, eventTime: now, eventId: uuid(random), via: [], retry: defaultRetry },
      ...{ createdAt: now, attempts: 0 },
    };
    return [{ key: deliveryKey(is, uuid(random)), value }];
  });
}

function addressOf(action: string, alarm: AlarmRecord): DeliveryRecord["address"] | undefined {
  if (/^https?:\/\//.test(action))
    return { kind: "http", url: action, http: { pathValues: [], headers: {}, query: {} } };
  const arn = parseArn(action);
  if (arn?.service !== "logs") return undefined;
  return {
    kind: "log-group",
    arn: action,
    logStreamName: `alarm/${alarm.configuration.AlarmName.replace(/[:*]/g, "-")}`,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Callers of SetAlarmState may send what is no JSON.
    return text;
  }
}
