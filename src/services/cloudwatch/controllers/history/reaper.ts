import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { type AlarmHistoryRecord, alarmHistory } from "../../model.ts";

/** As AWS documents it for DescribeAlarmHistory. */
const keptMs = 30 * 86_400_000;

/** Forgets what happened to alarms long ago. */
export const historyReaper: Controller = {
  name: "cloudwatch.history-reaper",
  watches: [watch(alarmHistory, ({ key }) => [key])],
  async reconcile(key, { store, clock }) {
    const item = await store.get(key as Key<AlarmHistoryRecord>);
    if (item.value === undefined) return;
    const due = item.value.time + keptMs;
    if (clock.now() < due) return { lookAgainAt: due };
    await store.commit({ unchanged: [item], remove: [item.key] });
  },
};
