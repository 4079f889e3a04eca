import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import {
  familyKey,
  familyStatus,
  type TaskDefinitionRecord,
  taskDefinitionFamilies,
  taskDefinitionKey,
  taskDefinitions,
} from "../model/task-definition.ts";
import { parseTaskDefinitionReference } from "./reference.ts";

/** The revision that `family`, `family:revision` or an ARN names; a bare family stands for its latest ACTIVE one. */
export function findTaskDefinition(ctx: RequestContext, named: string): Entry<TaskDefinitionRecord> | undefined {
  const reference = parseTaskDefinitionReference(named, ctx);
  if (reference === undefined) return undefined;
  const { family, revision } = reference;
  if (revision === undefined) return latestActive(ctx, family);
  return ctx.store.view(taskDefinitions).get(taskDefinitionKey(ctx, family, revision));
}

/** Looked for from the newest down, where it mostly is: a family may have thousands of active revisions. */
function latestActive(ctx: RequestContext, family: string): Entry<TaskDefinitionRecord> | undefined {
  const view = ctx.store.view(taskDefinitions);
  if (view.count("familyStatus", familyStatus(ctx, family, "ACTIVE")) === 0) return undefined;
  const newest = ctx.store.view(taskDefinitionFamilies).get(familyKey(ctx, family))?.value.latestRevision ?? 0;
  for (let revision = newest; revision > 0; revision--) {
    const entry = view.get(taskDefinitionKey(ctx, family, revision));
    if (entry?.value.status === "ACTIVE") return entry;
  }
  return undefined;
}

/** Whether the name says which revision it means. */
export function hasRevision(ctx: RequestContext, named: string): boolean {
  return parseTaskDefinitionReference(named, ctx)?.revision !== undefined;
}

/** Words for a revision that is not there. */
export const noSuchTaskDefinition =
  "The specified task definition does not exist. Specify a valid account, family, revision and try again.";
