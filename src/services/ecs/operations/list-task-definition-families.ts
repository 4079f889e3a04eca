import type { RequestContext } from "#kernel/handler.ts";
import { pageOf } from "#kernel/pagination.ts";
import { familiesOf, familyStatus, taskDefinitions } from "../model/task-definition.ts";
import { pageStart } from "../paging.ts";
import type { EcsHandler } from "./handler.ts";

/** A family is INACTIVE when revisions are left but none is ACTIVE. One without any is not listed. */
export const ListTaskDefinitionFamilies: EcsHandler<"ListTaskDefinitionFamilies"> = async (input, ctx) => {
  const { limit, scope, after = "" } = pageStart("ListTaskDefinitionFamilies", input);
  const names = (await ctx.store.list(familiesOf(ctx))).map((entry) => entry.value.family);
  const found = names.filter((family) => {
    if (family <= after || !family.startsWith(input.familyPrefix ?? "")) return false;
    const status = statusOf(ctx, family);
    return status !== undefined && (input.status === undefined || input.status === "ALL" || input.status === status);
  });
  const { items, nextToken } = pageOf(found, limit, scope, (family) => family);
  return { families: items, ...(nextToken && { nextToken }) };
};

function statusOf(ctx: RequestContext, family: string): "ACTIVE" | "INACTIVE" | undefined {
  const view = ctx.store.view(taskDefinitions);
  if (view.count("familyStatus", familyStatus(ctx, family, "ACTIVE")) > 0) return "ACTIVE";
  const left = (["INACTIVE", "DELETE_IN_PROGRESS"] as const).some(
    (status) => view.count("familyStatus", familyStatus(ctx, family, status)) > 0,
  );
  return left ? "INACTIVE" : undefined;
}
