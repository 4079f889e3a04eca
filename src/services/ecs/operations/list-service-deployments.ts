import type { ListServiceDeploymentsRequest } from "#generated/ecs/types.ts";
import { pageOf } from "#kernel/pagination.ts";
import { servicePath } from "../model/service.ts";
import { type ServiceDeploymentRecord, serviceDeployments } from "../model/service-deployment.ts";
import { pageStart } from "../paging.ts";
import { toBrief } from "../services/deployment-output.ts";
import { requireService } from "../services/lookup.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** Twenty a page unless more are asked for, as AWS does. */
const defaultPage = 20;

/** The deployments of this life of a service, newest first: one made again under the name of another has its own. */
export const ListServiceDeployments: EcsHandler<"ListServiceDeployments"> = async (input, ctx) => {
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const service = await requireService(ctx, clusterName, input.service);
  const { limit, scope, after } = pageStart("ListServiceDeployments", { maxResults: defaultPage, ...input });
  const found = ctx.store
    .view(serviceDeployments)
    .by("service", servicePath(service.value))
    .map(({ value }) => value)
    .filter(({ createdAt }) => createdAt >= service.value.createdAt)
    .filter((deployment) => passes(deployment, input))
    .filter((deployment) => after === undefined || positionOf(deployment) < after)
    .toSorted((a, b) => (positionOf(a) < positionOf(b) ? 1 : -1));
  const { items, nextToken } = pageOf(found.slice(0, limit + 1), limit, scope, positionOf);
  return { serviceDeployments: items.map(toBrief), ...(nextToken && { nextToken }) };
};

function positionOf({ createdAt, id }: ServiceDeploymentRecord): string {
  return `${String(createdAt).padStart(15, "0")}/${id}`;
}

function passes({ status, createdAt }: ServiceDeploymentRecord, input: ListServiceDeploymentsRequest): boolean {
  const { before, after } = input.createdAt ?? {};
  if (input.status?.length && !input.status.includes(status)) return false;
  if (before !== undefined && createdAt > Number(before)) return false;
  return after === undefined || createdAt >= Number(after);
}
