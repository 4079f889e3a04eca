import type { RunTaskRequest, StartTaskRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { uuid } from "#kernel/random.ts";
import type { ClusterRecord } from "../model/cluster.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";
import type { Tag } from "../model/world.ts";
import type { NewTask } from "./launch.ts";
import { resolveNetwork } from "./network.ts";
import { resolveOverrides } from "./overrides.ts";
import { resolvePlatformVersion } from "./validate.ts";

/** What the tasks of one request have in common. */
export type CommonTask = Omit<NewTask, "capacity" | "id">;

type TaskRequest = Omit<StartTaskRequest, "containerInstances"> & Pick<RunTaskRequest, "platformVersion">;

/** Works out what the tasks of a RunTask or StartTask request have in common. Throws what they are refused with. */
export async function prepareTasks(
  ctx: RequestContext,
  input: TaskRequest,
  cluster: ClusterRecord,
  definition: TaskDefinitionRecord,
  fargate: boolean,
): Promise<CommonTask> {
  const mode = definition.networkMode ?? "bridge";
  const awsvpcConfiguration = await resolveNetwork(ctx, mode, input.networkConfiguration, fargate);
  return {
    world: { account: ctx.account, region: ctx.region },
    clusterName: cluster.clusterName,
    definition,
    platformVersion: resolvePlatformVersion(ctx, input.platformVersion),
    ...(awsvpcConfiguration && { awsvpcConfiguration }),
    overrides: resolveOverrides(input.overrides, definition, fargate),
    group: input.group ?? `family:${definition.family}`,
    ...(input.startedBy && { startedBy: input.startedBy }),
    ...(input.referenceId && { referenceId: input.referenceId }),
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    tags: tagsOf(input, cluster, definition),
    now: ctx.clock.now(),
    newUuid: () => uuid(ctx.random),
  };
}

function tagsOf(input: TaskRequest, cluster: ClusterRecord, definition: TaskDefinitionRecord): Tag[] {
  const tags = new Map<string, string>();
  if (input.propagateTags === "TASK_DEFINITION") for (const { key, value } of definition.tags) tags.set(key, value);
  for (const { key, value } of input.tags ?? []) if (key !== undefined) tags.set(key, value ?? "");
  if (input.enableECSManagedTags) tags.set("aws:ecs:clusterName", cluster.clusterName);
  return [...tags].map(([key, value]) => ({ key, value }));
}
