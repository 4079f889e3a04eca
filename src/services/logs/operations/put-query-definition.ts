import { uuid } from "#kernel/random.ts";
import { worldOf } from "#kernel/world.ts";
import { logQueryDefinitions, queryDefinitionKey } from "../model.ts";
import type { LogsHandler } from "./handler.ts";
import { noLanguage } from "./start-query.ts";

const mostDefinitions = 1000;

export const PutQueryDefinition: LogsHandler<"PutQueryDefinition"> = async (input, ctx) => {
  const { name, queryString, logGroupNames = [], parameters = [], queryLanguage = "CWLI" } = input;
  if (queryLanguage !== "CWLI") {
    throw ctx.fault("InvalidParameterException", noLanguage(queryLanguage));
  }
  const queryDefinitionId = input.queryDefinitionId ?? uuid(ctx.random);
  const before = await ctx.store.get(queryDefinitionKey(ctx, queryDefinitionId));
  if (input.queryDefinitionId !== undefined && before.value === undefined) {
    throw ctx.fault("ResourceNotFoundException", "The specified query definition does not exist.");
  }
  const { account, region } = ctx;
  const count = ctx.store.view(logQueryDefinitions).count("world", worldOf({ account, region }));
  if (before.value === undefined && count >= mostDefinitions) {
    throw ctx.fault("LimitExceededException", `There can be ${mostDefinitions} query definitions in a region.`);
  }
  const lastModified = ctx.clock.now();
  const value = { account, region, queryDefinitionId, name, queryString, logGroupNames, parameters, lastModified };
  await ctx.store.commit({ unchanged: [before], put: [{ key: before.key, value }] });
  return { queryDefinitionId };
};
