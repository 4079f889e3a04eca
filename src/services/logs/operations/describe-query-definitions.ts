import type { QueryDefinition } from "#generated/logs/types.ts";
import { worldOf } from "#kernel/world.ts";
import { logQueryDefinitions, type QueryDefinitionRecord } from "../model.ts";
import { listPage } from "../pages.ts";
import type { LogsHandler } from "./handler.ts";

/** In the order of their names. */
export const DescribeQueryDefinitions: LogsHandler<"DescribeQueryDefinitions"> = async (input, ctx) => {
  const { queryDefinitionNamePrefix: prefix = "", queryLanguage = "CWLI", maxResults = 1000, nextToken } = input;
  const scope = `DescribeQueryDefinitions ${prefix}`;
  const entries = ctx.store.view(logQueryDefinitions).by("world", worldOf(ctx));
  const found = entries.map(({ value }) => value).filter((definition) => definition.name.startsWith(prefix));
  const page = listPage(queryLanguage === "CWLI" ? found : [], { scope, nextToken, limit: maxResults }, placeOf);
  return {
    queryDefinitions: page.items.map(toDefinition),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

/** Names may be the same. */
function placeOf({ name, queryDefinitionId }: QueryDefinitionRecord): string {
  return `${name}\0${queryDefinitionId}`;
}

function toDefinition({
  account,
  region,
  logGroupNames,
  parameters,
  ...shown
}: QueryDefinitionRecord): QueryDefinition {
  return {
    queryLanguage: "CWLI",
    ...shown,
    ...(logGroupNames.length > 0 && { logGroupNames }),
    ...(parameters.length > 0 && { parameters }),
  };
}
