import type { ApiDestinationRecord } from "../model.ts";
import { checkConnection, checkEndpoint, destinationState, requireApiDestination } from "../request/api-destination.ts";
import type { EventsHandler } from "../request/handler.ts";

export const UpdateApiDestination: EventsHandler<"UpdateApiDestination"> = async (input, ctx) => {
  const destination = await requireApiDestination(ctx, input.Name);
  if (input.InvocationEndpoint !== undefined) checkEndpoint(input.InvocationEndpoint);
  if (input.ConnectionArn !== undefined) checkConnection(ctx, input.ConnectionArn);
  const { value: before } = destination;
  const description = input.Description ?? before.description;
  const value: ApiDestinationRecord = {
    ...before,
    ...(description !== undefined && { description }),
    connectionArn: input.ConnectionArn ?? before.connectionArn,
    invocationEndpoint: input.InvocationEndpoint ?? before.invocationEndpoint,
    httpMethod: input.HttpMethod ?? before.httpMethod,
    invocationRateLimitPerSecond: input.InvocationRateLimitPerSecond ?? before.invocationRateLimitPerSecond,
    lastModifiedTime: ctx.clock.now(),
  };
  await ctx.store.commit({ unchanged: [destination], put: [{ key: destination.key, value }] });
  return destinationState(value, ctx.store);
};
