import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { type LogRemovalRecord, logRemovals, logStreams } from "../../model.ts";
import type { LogStorage } from "../../segments/storage.ts";

/** Deletes the events of deleted groups and streams, then the record that asked for it. */
export function removalController(storage: LogStorage): Controller {
  return {
    name: "logs.removal",
    watches: [watch(logRemovals, ({ key }) => [key])],
    async reconcile(key, { store }) {
      const removal = await store.get(key as Key<LogRemovalRecord>);
      if (removal.value === undefined) return;
      const { groupId, streamId } = removal.value;
      const streams = store.view(logStreams);
      if (streamId === undefined) await storage.removeGroup(groupId);
      else await storage.retainStreams(groupId, (id) => streams.count("id", id) > 0);
      await store.commit({ unchanged: [removal], remove: [removal.key] });
    },
  };
}
