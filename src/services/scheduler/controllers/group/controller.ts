import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { groupPath, type ScheduleGroupRecord, scheduleGroups, schedules } from "../../model.ts";

const mostAtOnce = 200;

/** Deletes the schedules of groups that are being deleted, then the groups. */
export const groupController: Controller = {
  name: "scheduler.group",
  watches: [watch(scheduleGroups, ({ key, value }) => (value.state === "DELETING" ? [key] : []))],
  async reconcile(key, { store, clock }) {
    const group = await store.get(key as Key<ScheduleGroupRecord>);
    if (group.value?.state !== "DELETING") return;
    const path = groupPath({ ...group.value, groupName: group.value.name });
    const inGroup = store.view(schedules).by("group", path, { limit: mostAtOnce });
    const isLast = inGroup.length < mostAtOnce;
    await store.commit({
      unchanged: [group],
      remove: [...inGroup.map((schedule) => schedule.key), ...(isLast ? [group.key] : [])],
    });
    return isLast ? undefined : { lookAgainAt: clock.now() };
  },
};
