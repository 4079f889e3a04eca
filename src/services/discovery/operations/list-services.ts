import { worldOf } from "#kernel/world.ts";
import { namespaceArn, type ServiceRecord, services } from "../model.ts";
import { type FilterRules, filterOf, resourceOwner } from "../request/filters.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toServiceSummary } from "../request/shapes.ts";

const rules: FilterRules<ServiceRecord> = {
  NAMESPACE_ID: {
    conditions: ["EQ"],
    values: ({ namespaceId: id, ...world }) => [id, namespaceArn({ ...world, id })],
  },
  RESOURCE_OWNER: resourceOwner,
};

export const ListServices: DiscoveryHandler<"ListServices"> = async (input, ctx) => {
  const matches = filterOf(rules, input.Filters);
  const found = ctx.store
    .view(services)
    .by("world", worldOf(ctx))
    .map(({ value }) => value)
    .filter(matches);
  const scope = `ListServices ${JSON.stringify(input.Filters ?? [])}`;
  const { items, token } = listPage(scope, input, found, ({ id }) => id);
  return { Services: items.map((service) => toServiceSummary(ctx.store, service)), ...token };
};
