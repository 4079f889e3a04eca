import type { ApiDestination } from "#generated/events/types.ts";
import { parseArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import {
  type ApiDestinationRecord,
  apiDestinationArn,
  apiDestinationKey,
  type ConnectionRecord,
  connectionArn,
  connectionKey,
  connections,
} from "../model.ts";

export async function requireApiDestination(ctx: RequestContext, name: string): Promise<Entry<ApiDestinationRecord>> {
  const destination = await ctx.store.get(apiDestinationKey(ctx, name));
  if (destination.value !== undefined) return destination;
  const message = `Failed to describe the api-destination(s). An api-destination '${name}' does not exist.`;
  throw new Fault("ResourceNotFoundException", message);
}

/** The connection with just this ARN. */
export function connectionWithArn(
  store: Pick<RequestContext["store"], "view">,
  text: string,
): ConnectionRecord | undefined {
  const arn = parseArn(text);
  if (arn === undefined) return undefined;
  const world: World = { account: arn.account, region: arn.region };
  const found = store.view(connections).get(connectionKey(world, arn.resource.split("/")[1] ?? ""))?.value;
  return found !== undefined && connectionArn(found) === text ? found : undefined;
}

/** Refuses a connection that there is not, and one of another account or region. */
export function checkConnection(ctx: RequestContext, text: string): void {
  const found = connectionWithArn(ctx.store, text);
  if (found?.account === ctx.account && found.region === ctx.region) return;
  throw new Fault("ResourceNotFoundException", `Connection '${text}' does not exist.`);
}

/** Whether something can be sent to the URL, whatever its asterisks are filled with. */
export function isEndpoint(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && !url.host.includes("*");
}

/** Refuses an endpoint that nothing can be sent to. */
export function checkEndpoint(endpoint: string): void {
  if (isEndpoint(endpoint)) return;
  throw new Fault(
    "ValidationException",
    "Parameter InvocationEndpoint is not valid. It must be an http:// or https:// URL.",
  );
}

/** As lists show it. */
export function toApiDestination(destination: ApiDestinationRecord, store: RequestContext["store"]): ApiDestination {
  return {
    ...destinationState(destination, store),
    Name: destination.name,
    ConnectionArn: destination.connectionArn,
    InvocationEndpoint: destination.invocationEndpoint,
    HttpMethod: destination.httpMethod,
    InvocationRateLimitPerSecond: destination.invocationRateLimitPerSecond,
  };
}

/** What every answer about one has. It is active as long as its connection is there, and authorized. */
export function destinationState(destination: ApiDestinationRecord, store: RequestContext["store"]) {
  const connection = connectionWithArn(store, destination.connectionArn);
  return {
    ApiDestinationArn: apiDestinationArn(destination),
    ApiDestinationState: connection?.state === "AUTHORIZED" ? ("ACTIVE" as const) : ("INACTIVE" as const),
    CreationTime: destination.creationTime,
    LastModifiedTime: destination.lastModifiedTime,
  };
}
