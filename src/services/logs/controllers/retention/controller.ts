import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { type LogGroupRecord, logGroups, retentionMs } from "../../model.ts";
import type { LogStorage } from "../../segments/storage.ts";
import { nextExpiry } from "./plan.ts";

/** Deletes the segments whose events have all outlived the retention of their group. */
export function retentionController(storage: LogStorage): Controller {
  return {
    name: "logs.retention",
    watches: [watch(logGroups, ({ key, value }) => (value.retentionInDays === undefined ? [] : [key]))],
    async reconcile(key, { store, clock }) {
      const group = await store.get(key as Key<LogGroupRecord>);
      const retention = group.value === undefined ? undefined : retentionMs(group.value);
      if (group.value === undefined || retention === undefined) return;
      const newestOfNext = await storage.expire(group.value.id, clock.now() - retention);
      return { lookAgainAt: nextExpiry(clock.now(), retention, newestOfNext) };
    },
  };
}
