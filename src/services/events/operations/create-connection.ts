import { Fault } from "#kernel/fault.ts";
import { uuid } from "#kernel/random.ts";
import { type ConnectionRecord, connectionKey } from "../model.ts";
import { credentialsOf, stateOf } from "../request/connection.ts";
import type { EventsHandler, EventsParts } from "../request/handler.ts";
import { noCustomerKeys, refuse } from "../request/refusals.ts";

export function createConnection({ box }: EventsParts): EventsHandler<"CreateConnection"> {
  return async (input, ctx) => {
    refuse(input.KmsKeyIdentifier, "KmsKeyIdentifier", noCustomerKeys);
    const noPrivate = "there are no private connections.";
    refuse(input.InvocationConnectivityParameters, "InvocationConnectivityParameters", noPrivate);
    const existing = await ctx.store.get(connectionKey(ctx, input.Name));
    if (existing.value !== undefined) {
      throw new Fault("ResourceAlreadyExistsException", `Connection ${input.Name} already exists.`);
    }
    const now = ctx.clock.now();
    const value: ConnectionRecord = {
      ...{ account: ctx.account, region: ctx.region, name: input.Name, id: uuid(ctx.random), state: "AUTHORIZED" },
      ...(input.Description !== undefined && { description: input.Description }),
      ...credentialsOf(input.AuthorizationType, input.AuthParameters, undefined, box),
      ...{ creationTime: now, lastModifiedTime: now, lastAuthorizedTime: now },
    };
    await ctx.store.commit({ unchanged: [existing], put: [{ key: existing.key, value }] });
    return stateOf(value);
  };
}
