import { worldOf } from "#kernel/world.ts";
import { type NamespaceRecord, namespaces } from "../model.ts";
import { type FilterRules, filterOf, resourceOwner } from "../request/filters.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toNamespaceSummary } from "../request/shapes.ts";

const rules: FilterRules<NamespaceRecord> = {
  TYPE: { conditions: ["EQ", "BEGINS_WITH"], values: ({ type }) => [type] },
  NAME: { conditions: ["EQ", "BEGINS_WITH"], values: ({ name }) => [name] },
  HTTP_NAME: { conditions: ["EQ", "BEGINS_WITH"], values: ({ httpName }) => [httpName] },
  RESOURCE_OWNER: resourceOwner,
};

export const ListNamespaces: DiscoveryHandler<"ListNamespaces"> = async (input, ctx) => {
  const matches = filterOf(rules, input.Filters);
  const found = ctx.store
    .view(namespaces)
    .by("world", worldOf(ctx))
    .map(({ value }) => value)
    .filter(matches);
  const scope = `ListNamespaces ${JSON.stringify(input.Filters ?? [])}`;
  const { items, token } = listPage(scope, input, found, ({ id }) => id);
  return { Namespaces: items.map(toNamespaceSummary), ...token };
};
