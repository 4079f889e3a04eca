import type { ConnectionRecord } from "../model.ts";
import { credentialsOf, requireConnection, stateOf } from "../request/connection.ts";
import type { EventsHandler, EventsParts } from "../request/handler.ts";
import { noCustomerKeys, refuse } from "../request/refusals.ts";

export function updateConnection({ box }: EventsParts): EventsHandler<"UpdateConnection"> {
  return async (input, ctx) => {
    refuse(input.KmsKeyIdentifier, "KmsKeyIdentifier", noCustomerKeys);
    const noPrivate = "there are no private connections.";
    refuse(input.InvocationConnectivityParameters, "InvocationConnectivityParameters", noPrivate);
    const connection = await requireConnection(ctx, input.Name);
    const before = connection.value;
    const now = ctx.clock.now();
    const type = input.AuthorizationType ?? before.authorizationType;
    const value: ConnectionRecord = {
      ...before,
      ...(input.Description !== undefined && { description: input.Description }),
      ...credentialsOf(type, input.AuthParameters ?? {}, before, box),
      ...{ state: "AUTHORIZED", lastModifiedTime: now, lastAuthorizedTime: now },
    };
    await ctx.store.commit({ unchanged: [connection], put: [{ key: connection.key, value }] });
    return { ...stateOf(value), LastAuthorizedTime: now };
  };
}
