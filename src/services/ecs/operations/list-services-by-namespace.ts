import { pageOf } from "#kernel/pagination.ts";
import { namespacePath } from "../connect/endpoints.ts";
import { findNamespace } from "../connect/namespace.ts";
import { services } from "../model/service.ts";
import { pageStart } from "../paging.ts";
import type { EcsHandler } from "./handler.ts";

/** Ten a page unless more are asked for, as AWS does. */
const defaultPage = 10;

/** The services of all clusters that take part in Service Connect in a namespace. */
export const ListServicesByNamespace: EcsHandler<"ListServicesByNamespace"> = async (input, ctx) => {
  const namespace = findNamespace(ctx.store, ctx, input.namespace);
  if (namespace === undefined) {
    throw ctx.fault("NamespaceNotFoundException", `The namespace ${input.namespace} was not found.`);
  }
  const { limit, scope, after } = pageStart("ListServicesByNamespace", { maxResults: defaultPage, ...input });
  const path = namespacePath(ctx, namespace.id);
  const found = ctx.store
    .view(services)
    .by("namespace", path, { limit: limit + 1, ...(after !== undefined && { after }) });
  const { items, nextToken } = pageOf(found, limit, scope, ({ key }) => key);
  return { serviceArns: items.map(({ value }) => value.serviceArn), ...(nextToken && { nextToken }) };
};
