import type { Failure } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { type Entry, eachOnce } from "#kernel/store.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";
import { ecsArn } from "../model/world.ts";
import { findTaskDefinition, hasRevision, noSuchTaskDefinition } from "../task-definition/lookup.ts";
import { toTaskDefinition } from "../task-definition/output.ts";
import type { EcsHandler } from "./handler.ts";

const stillActive =
  "The specified task definition is still in ACTIVE status. Please deregister the target and try again.";

/** Marks deregistered revisions for deletion; they go when no task uses them any more. */
export const DeleteTaskDefinitions: EcsHandler<"DeleteTaskDefinitions"> = async (input, ctx) => {
  const wanted = [...new Set(input.taskDefinitions)];
  if (!wanted.every((named) => hasRevision(ctx, named))) throw ctx.fault("ClientException", "Revision is missing.");
  const found = wanted.map((named) => ({ named, entry: findTaskDefinition(ctx, named) }));
  const failures = found.flatMap(({ named, entry }) => failureOf(ctx, named, entry) ?? []);
  const inactive = found.flatMap(({ entry }) => (entry && entry.value.status !== "ACTIVE" ? [entry] : []));
  // By its name and by its ARN it is one.
  const deleted = eachOnce(inactive);
  const marked = deleted.map((entry) => ({ entry, value: mark(entry.value, ctx.clock.now()) }));
  if (marked.length > 0) {
    await ctx.store.commit({ unchanged: deleted, put: marked.map(({ entry, value }) => ({ key: entry.key, value })) });
  }
  return { taskDefinitions: marked.map(({ value }) => toTaskDefinition(value)), failures };
};

function failureOf(
  ctx: RequestContext,
  named: string,
  entry: Entry<TaskDefinitionRecord> | undefined,
): Failure | undefined {
  const arn = named.startsWith("arn:") ? named : ecsArn(ctx, `task-definition/${named}`);
  if (entry === undefined) return { arn, reason: noSuchTaskDefinition };
  return entry.value.status === "ACTIVE" ? { arn, reason: stillActive } : undefined;
}

function mark(record: TaskDefinitionRecord, now: number): TaskDefinitionRecord {
  if (record.status === "DELETE_IN_PROGRESS") return record;
  return { ...record, status: "DELETE_IN_PROGRESS", deleteRequestedAt: now };
}
