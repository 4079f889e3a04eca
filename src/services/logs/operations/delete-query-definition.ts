import { queryDefinitionKey } from "../model.ts";
import type { LogsHandler } from "./handler.ts";

export const DeleteQueryDefinition: LogsHandler<"DeleteQueryDefinition"> = async ({ queryDefinitionId }, ctx) => {
  const definition = await ctx.store.get(queryDefinitionKey(ctx, queryDefinitionId));
  if (definition.value === undefined) {
    throw ctx.fault("ResourceNotFoundException", "The specified query definition does not exist.");
  }
  await ctx.store.commit({ unchanged: [definition], remove: [definition.key] });
  return { success: true };
};
