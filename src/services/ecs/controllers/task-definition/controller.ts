import type { Controller } from "#kernel/controller.ts";
import { watch } from "#kernel/controller.ts";
import type { Key, Store } from "#kernel/store.ts";
import { serviceKey, servicePath, serviceRevisions, services } from "../../model/service.ts";
import { type TaskRecord, tasks } from "../../model/task.ts";
import { type TaskDefinitionRecord, taskDefinitionKey, taskDefinitions } from "../../model/task-definition.ts";
import { taskSets } from "../../model/task-set.ts";

/** Stands for all revisions whose deletion was asked for. */
const deleting = "deleting";

/** Removes revisions whose deletion was asked for, once no task that has not stopped and no service uses them. */
export const taskDefinitionController: Controller = {
  name: "ecs.task-definition",
  watches: [
    watch(taskDefinitions, (entry) => (entry.value.status === "DELETE_IN_PROGRESS" ? [entry.key] : [])),
    watch(tasks, (entry) => (entry.value.lastStatus === "STOPPED" ? [definitionKey(entry.value)] : [])),
    // Which revisions a service no longer uses is not to be seen from its record alone; there are few to look at.
    watch(services, () => [deleting]),
    watch(taskSets, () => [deleting]),
  ],
  async reconcile(key, { store }) {
    if (key !== deleting) return remove(store, key as Key<TaskDefinitionRecord>);
    for (const entry of store.view(taskDefinitions).by("status", "DELETE_IN_PROGRESS")) await remove(store, entry.key);
  },
};

async function remove(store: Store, key: Key<TaskDefinitionRecord>): Promise<void> {
  const definition = await store.get(key);
  if (definition.value?.status !== "DELETE_IN_PROGRESS") return;
  const { taskDefinitionArn } = definition.value;
  if (store.view(tasks).count("definition", taskDefinitionArn) > 0 || usedByService(store, taskDefinitionArn)) return;
  await store.commit({ unchanged: [definition], remove: [definition.key] });
}

/** Whether a service runs it, or would go back to it in a rollback. */
function usedByService(store: Store, taskDefinitionArn: string): boolean {
  return store
    .view(serviceRevisions)
    .by("definition", taskDefinitionArn)
    .some(({ value }) => {
      const service = store.view(services).get(serviceKey(value))?.value;
      if (service === undefined) return false;
      const sets = store.view(taskSets).by("service", servicePath(value));
      const named =
        service.deployments.some(({ revisionId }) => revisionId === value.id) ||
        sets.some((taskSet) => taskSet.value.revisionId === value.id);
      return named || (service.status === "ACTIVE" && service.completedRevisionId === value.id);
    });
}

function definitionKey(task: TaskRecord): Key<TaskDefinitionRecord> {
  return taskDefinitionKey(task, task.family, task.revision);
}
