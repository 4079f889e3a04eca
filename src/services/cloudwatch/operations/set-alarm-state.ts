import { actionPuts, stateHistory, withState } from "../alarms/transition.ts";
import { historyPuts } from "../model.ts";
import { requireAlarms } from "../request/alarm.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

/** Sets a state by hand, with its actions; the next evaluation sets it right again. */
export const SetAlarmState: CloudWatchHandler<"SetAlarmState"> = async (input, ctx) => {
  const [entry] = await requireAlarms(ctx, [input.AlarmName]);
  const { StateValue: stateValue, StateReason: reason, StateReasonData: reasonData } = input;
  const before = entry!.value;
  const now = ctx.clock.now();
  const value = withState(before, { stateValue, reason, ...(reasonData !== undefined && { reasonData }) }, now);
  const changed = before.stateValue !== stateValue;
  const more = changed ? [...historyPuts([stateHistory(before, value)]), ...actionPuts(before, value, ctx.random)] : [];
  await ctx.store.commit({ unchanged: [entry!], put: [{ key: entry!.key, value }, ...more] });
  return {};
};
