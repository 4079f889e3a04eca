import { Fault } from "#kernel/fault.ts";
import { uuid } from "#kernel/random.ts";
import { type ApiDestinationRecord, apiDestinationKey } from "../model.ts";
import { checkConnection, checkEndpoint, destinationState } from "../request/api-destination.ts";
import type { EventsHandler } from "../request/handler.ts";

const defaultRate = 300;

export const CreateApiDestination: EventsHandler<"CreateApiDestination"> = async (input, ctx) => {
  checkEndpoint(input.InvocationEndpoint);
  checkConnection(ctx, input.ConnectionArn);
  const existing = await ctx.store.get(apiDestinationKey(ctx, input.Name));
  if (existing.value !== undefined) {
    throw new Fault("ResourceAlreadyExistsException", `An api-destination '${input.Name}' already exists.`);
  }
  const now = ctx.clock.now();
  const value: ApiDestinationRecord = {
    ...{ account: ctx.account, region: ctx.region, name: input.Name, id: uuid(ctx.random) },
    ...(input.Description !== undefined && { description: input.Description }),
    ...{ connectionArn: input.ConnectionArn, invocationEndpoint: input.InvocationEndpoint },
    ...{ httpMethod: input.HttpMethod, creationTime: now, lastModifiedTime: now },
    invocationRateLimitPerSecond: input.InvocationRateLimitPerSecond ?? defaultRate,
  };
  await ctx.store.commit({ unchanged: [existing], put: [{ key: existing.key, value }] });
  return destinationState(value, ctx.store);
};
