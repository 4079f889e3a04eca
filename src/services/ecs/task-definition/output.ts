import type { TaskDefinition } from "#generated/ecs/types.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";

/** The record as the API shows it. Its tags are an answer of their own. */
export function toTaskDefinition(record: TaskDefinitionRecord): TaskDefinition {
  const { account, region, tags, ...shown } = record;
  return shown;
}
