import type { ListServicesRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { pageOf } from "#kernel/pagination.ts";
import type { Entry } from "#kernel/store.ts";
import { type ServiceRecord, services } from "../model/service.ts";
import { clusterPath } from "../model/task.ts";
import { pageStart } from "../paging.ts";
import { launchTypeOf } from "../services/launch-type.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** Ten a page unless more are asked for, as AWS does. */
const defaultPage = 10;

export const ListServices: EcsHandler<"ListServices"> = async (input, ctx) => {
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const { limit, scope, after } = pageStart("ListServices", { maxResults: defaultPage, ...input });
  const at = clusterPath({ account: ctx.account, region: ctx.region, clusterName });
  const view = ctx.store.view(services);
  const found: Entry<ServiceRecord>[] = [];
  for (let from = after; ; ) {
    const piece = view.by("cluster", at, { limit: limit + 1, ...(from !== undefined && { after: from }) });
    found.push(...piece.filter((service) => passes(ctx, service.value, input)));
    from = piece.at(-1)?.key;
    if (found.length > limit || piece.length <= limit) break;
  }
  const { items, nextToken } = pageOf(found, limit, scope, (service) => service.key);
  return { serviceArns: items.map((service) => service.value.serviceArn), ...(nextToken && { nextToken }) };
};

function passes(ctx: RequestContext, service: ServiceRecord, input: ListServicesRequest): boolean {
  const { schedulingStrategy, launchType, resourceManagementType = "CUSTOMER" } = input;
  if (resourceManagementType !== "CUSTOMER") return false;
  if (schedulingStrategy !== undefined && schedulingStrategy !== service.schedulingStrategy) return false;
  return launchType === undefined || launchType === launchTypeOf(ctx.store, service);
}
