import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { type ScalingActivityRecord, scalingActivities } from "../../model.ts";

/** AWS: six weeks. */
const keptMs = 42 * 86_400_000;

/** Forgets what was scaled long ago. */
export const activityReaper: Controller = {
  name: "autoscaling.activity-reaper",
  watches: [watch(scalingActivities, ({ key }) => [key])],
  async reconcile(key, { store, clock }) {
    const activity = await store.get(key as Key<ScalingActivityRecord>);
    if (activity.value === undefined) return;
    const due = activity.value.startedAt + keptMs;
    if (clock.now() < due) return { lookAgainAt: due };
    await store.commit({ unchanged: [activity], remove: [activity.key] });
  },
};
