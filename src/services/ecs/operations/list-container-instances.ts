import { pageOf } from "#kernel/pagination.ts";
import { parseQuery } from "#placement/index.ts";
import { querySubject } from "../instances/query-subject.ts";
import { containerInstances } from "../model/container-instance.ts";
import { clusterPath } from "../model/task.ts";
import { pageStart } from "../paging.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** All that are registered, whatever their state; those of a state and those that a query holds for when asked so. */
export const ListContainerInstances: EcsHandler<"ListContainerInstances"> = async (input, ctx) => {
  const { limit, scope, after = "" } = pageStart("ListContainerInstances", input);
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const query = input.filter ? parseQuery(input.filter) : undefined;
  const found = ctx.store
    .view(containerInstances)
    .by("cluster", clusterPath({ ...ctx, clusterName }), { after })
    .filter(
      ({ value }) =>
        (input.status === undefined || value.status === input.status) &&
        (query === undefined || query.test(querySubject(ctx.store, value))),
    );
  const { items, nextToken } = pageOf(found, limit, scope, (entry) => entry.key);
  return {
    containerInstanceArns: items.map(({ value }) => value.containerInstanceArn),
    ...(nextToken && { nextToken }),
  };
};
