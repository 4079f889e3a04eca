import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { type DaemonTaskDefinitionRecord, daemonTaskDefinitions } from "../../model/daemon-task-definition.ts";

/** Removes revisions whose deletion was asked for: there is no daemon that could use one. */
export const daemonTaskDefinitionController: Controller = {
  name: "ecs.daemon-task-definition",
  watches: [watch(daemonTaskDefinitions, ({ key, value }) => (value.status === "DELETE_IN_PROGRESS" ? [key] : []))],
  async reconcile(key, { store }) {
    const definition = await store.get(key as Key<DaemonTaskDefinitionRecord>);
    if (definition.value?.status !== "DELETE_IN_PROGRESS") return;
    await store.commit({ unchanged: [definition], remove: [definition.key] });
  },
};
