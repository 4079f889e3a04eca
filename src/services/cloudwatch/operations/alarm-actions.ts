import { alarmKey, historyOf, historyPuts } from "../model.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

/** Lets alarms take actions, or not; names of none are passed over, as AWS does. */
function actions(enabled: boolean): CloudWatchHandler<"EnableAlarmActions"> {
  return async ({ AlarmNames: names }, ctx) => {
    const now = ctx.clock.now();
    const reads = await Promise.all([...new Set(names)].map((name) => ctx.store.get(alarmKey(ctx, name))));
    const changed = reads.flatMap((read) => {
      const { value } = read;
      if (value === undefined || (value.configuration.ActionsEnabled ?? true) === enabled) return [];
      const configuration = { ...value.configuration, ActionsEnabled: enabled };
      return [{ read, value: { ...value, configuration, configurationUpdatedAt: now } as typeof value }];
    });
    if (changed.length === 0) return {};
    const word = enabled ? "enabled" : "disabled";
    const put = changed.flatMap(({ read, value }) => {
      const summary = `Alarm actions ${word} for ${value.configuration.AlarmName}`;
      const data = { version: "1.0", type: "Update" };
      return [{ key: read.key, value }, ...historyPuts([historyOf(value, now, "ConfigurationUpdate", summary, data)])];
    });
    await ctx.store.commit({ unchanged: changed.map(({ read }) => read), put });
    return {};
  };
}

export const EnableAlarmActions = actions(true);
export const DisableAlarmActions = actions(false);
