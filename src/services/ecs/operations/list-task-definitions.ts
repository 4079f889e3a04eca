import type { ListTaskDefinitionsRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { pageOf } from "#kernel/pagination.ts";
import { familiesOf, familyStatus, type TaskDefinitionRecord, taskDefinitions } from "../model/task-definition.ts";
import { pageStart } from "../paging.ts";
import type { EcsHandler } from "./handler.ts";

/** By family name and revision, or the other way round. */
export const ListTaskDefinitions: EcsHandler<"ListTaskDefinitions"> = async (input, ctx) => {
  const { limit, scope, after } = pageStart("ListTaskDefinitions", input);
  const names = (await ctx.store.list(familiesOf(ctx))).map((entry) => entry.value.family);
  const families = names.filter((name) => input.familyPrefix === undefined || name === input.familyPrefix);
  if (input.sort === "DESC") families.reverse();
  const found = revisionsAfter(ctx, families, input, after, limit + 1);
  const { items, nextToken } = pageOf(found, limit, scope, ({ family, revision }) => `${family}:${revision}`);
  return { taskDefinitionArns: items.map((item) => item.taskDefinitionArn), ...(nextToken && { nextToken }) };
};

/** Up to `wanted` revisions of the families, in their order, from behind the position `family:revision`. */
function revisionsAfter(
  ctx: RequestContext,
  families: readonly string[],
  { status = "ACTIVE", sort }: ListTaskDefinitionsRequest,
  after: string | undefined,
  wanted: number,
): TaskDefinitionRecord[] {
  const descending = sort === "DESC";
  const [lastFamily, lastRevision] = after?.split(":") ?? [];
  const isBehind = (a: string | number, b: string | number) => (descending ? a < b : a > b);
  const view = ctx.store.view(taskDefinitions);
  const found: TaskDefinitionRecord[] = [];
  for (const family of families) {
    if (found.length >= wanted) break;
    if (lastFamily !== undefined && family !== lastFamily && !isBehind(family, lastFamily)) continue;
    const revisions = view.by("familyStatus", familyStatus(ctx, family, status)).map((entry) => entry.value);
    if (descending) revisions.reverse();
    found.push(
      ...revisions.filter(({ revision }) => family !== lastFamily || isBehind(revision, Number(lastRevision))),
    );
  }
  return found;
}
