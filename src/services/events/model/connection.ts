import type { ApiDestinationHttpMethod, ConnectionAuthorizationType } from "#generated/events/types.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { eventsArn } from "./world.ts";

/** How to show an HTTP endpoint who calls. Times are milliseconds since the epoch. */
export interface ConnectionRecord extends World {
  readonly name: string;
  /** The last part of the ARN. */
  readonly id: string;
  readonly description?: string;
  readonly authorizationType: Exclude<ConnectionAuthorizationType, "OAUTH_CLIENT_CREDENTIALS">;
  readonly state: "AUTHORIZED" | "DEAUTHORIZED";
  /** User name, or name of the header that has the key. */
  readonly publicName: string;
  /** Password or key, sealed for `connectionPurpose`. Absent once deauthorized. */
  readonly sealedSecret?: string;
  readonly parameters?: ConnectionParameters;
  readonly creationTime: number;
  readonly lastModifiedTime: number;
  readonly lastAuthorizedTime: number;
}

/** InvocationHttpParameters: sent with every request. */
export interface ConnectionParameters {
  readonly headers?: readonly ConnectionParameter[];
  readonly query?: readonly ConnectionParameter[];
  readonly body?: readonly ConnectionParameter[];
}

export interface ConnectionParameter {
  readonly key: string;
  readonly value?: string;
  /** Instead of `value`, sealed for `connectionPurpose`. */
  readonly sealedValue?: string;
}

/** What the secrets of connections are sealed for. */
export const connectionPurpose = "connection of EventBridge";

export interface ApiDestinationRecord extends World {
  readonly name: string;
  readonly id: string;
  readonly description?: string;
  readonly connectionArn: string;
  readonly invocationEndpoint: string;
  readonly httpMethod: ApiDestinationHttpMethod;
  readonly invocationRateLimitPerSecond: number;
  readonly creationTime: number;
  readonly lastModifiedTime: number;
}

/** Index `world`: by `worldOf`. */
export const connections: Collection<ConnectionRecord, "world"> = {
  name: "events/connection",
  indexes: { world: worldOf },
};

/** Index `world`: by `worldOf`; `connection`: by the connection's ARN. */
export const apiDestinations: Collection<ApiDestinationRecord, "world" | "connection"> = {
  name: "events/api-destination",
  indexes: { world: worldOf, connection: ({ connectionArn }) => connectionArn },
};

export function connectionKey({ account, region }: World, name: string): Key<ConnectionRecord> {
  return keyOf(connections, account, region, name);
}

export function connectionArn(connection: World & { readonly name: string; readonly id: string }): string {
  return eventsArn(connection, `connection/${connection.name}/${connection.id}`);
}

export function apiDestinationKey({ account, region }: World, name: string): Key<ApiDestinationRecord> {
  return keyOf(apiDestinations, account, region, name);
}

export function apiDestinationArn(destination: World & { readonly name: string; readonly id: string }): string {
  return eventsArn(destination, `api-destination/${destination.name}/${destination.id}`);
}
