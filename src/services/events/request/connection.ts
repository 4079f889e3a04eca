import type {
  Connection,
  ConnectionHttpParameters,
  CreateConnectionAuthRequestParameters,
  DescribeConnectionResponse,
  UpdateConnectionAuthRequestParameters,
} from "#generated/events/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Entry } from "#kernel/store.ts";
import {
  type ConnectionParameter,
  type ConnectionParameters,
  type ConnectionRecord,
  connectionArn,
  connectionKey,
  connectionPurpose,
} from "../model.ts";
import { refuse } from "./refusals.ts";

export async function requireConnection(ctx: RequestContext, name: string): Promise<Entry<ConnectionRecord>> {
  const connection = await ctx.store.get(connectionKey(ctx, name));
  if (connection.value !== undefined) return connection;
  const message = `Failed to describe the connection(s). Connection '${name}' does not exist.`;
  throw new Fault("ResourceNotFoundException", message);
}

type Given = CreateConnectionAuthRequestParameters | UpdateConnectionAuthRequestParameters;

/** How a connection shows who it is; what an update leaves out stays as it was. Secrets are sealed. */
export type Credentials = Pick<ConnectionRecord, "authorizationType" | "publicName" | "sealedSecret" | "parameters">;

export function credentialsOf(
  type: string,
  given: Given,
  before: ConnectionRecord | undefined,
  box: SecretBox,
): Credentials {
  refuse(given.ConnectivityParameters, "ConnectivityParameters", "there are no private connections.");
  const { name, secret } = namedSecret(type, given);
  const same = before?.authorizationType === type ? before : undefined;
  const publicName = name ?? same?.publicName;
  const sealedSecret = secret === undefined ? same?.sealedSecret : box.seal(secret, connectionPurpose);
  if (publicName === undefined || sealedSecret === undefined) {
    throw new Fault("ValidationException", `Parameter AuthParameters is not valid for the authorization type ${type}.`);
  }
  const { InvocationHttpParameters: http } = given;
  const parameters = http === undefined ? before?.parameters : sealParameters(http, box);
  return {
    ...{ authorizationType: type as Credentials["authorizationType"], publicName, sealedSecret },
    ...(parameters && { parameters }),
  };
}

function namedSecret(type: string, given: Given): { readonly name?: string; readonly secret?: string } {
  if (type === "OAUTH_CLIENT_CREDENTIALS" || given.OAuthParameters !== undefined) {
    const message = "OAUTH_CLIENT_CREDENTIALS is not supported on this platform. Use BASIC or API_KEY.";
    throw new Fault("ValidationException", message);
  }
  const isBasic = type === "BASIC";
  const unused = isBasic ? given.ApiKeyAuthParameters : given.BasicAuthParameters;
  if (unused !== undefined) {
    throw new Fault("ValidationException", `Parameter AuthParameters is not valid for the authorization type ${type}.`);
  }
  const { Username, Password } = given.BasicAuthParameters ?? {};
  const { ApiKeyName, ApiKeyValue } = given.ApiKeyAuthParameters ?? {};
  const [name, secret] = isBasic ? [Username, Password] : [ApiKeyName, ApiKeyValue];
  return { ...(name !== undefined && { name }), ...(secret !== undefined && { secret }) };
}

function sealParameters(http: ConnectionHttpParameters, box: SecretBox): ConnectionParameters {
  const seal = (list: ConnectionHttpParameters["HeaderParameters"]): ConnectionParameter[] =>
    (list ?? []).map(({ Key = "", Value = "", IsValueSecret = false }) =>
      IsValueSecret ? { key: Key, sealedValue: box.seal(Value, connectionPurpose) } : { key: Key, value: Value },
    );
  return {
    ...(http.HeaderParameters && { headers: seal(http.HeaderParameters) }),
    ...(http.QueryStringParameters && { query: seal(http.QueryStringParameters) }),
    ...(http.BodyParameters && { body: seal(http.BodyParameters) }),
  };
}

/** What every answer about a connection has. */
export function stateOf(connection: ConnectionRecord) {
  return {
    ConnectionArn: connectionArn(connection),
    ConnectionState: connection.state,
    CreationTime: connection.creationTime,
    LastModifiedTime: connection.lastModifiedTime,
  };
}

/** As lists show it. */
export function toConnection(connection: ConnectionRecord): Connection {
  return {
    ...stateOf(connection),
    Name: connection.name,
    AuthorizationType: connection.authorizationType,
    LastAuthorizedTime: connection.lastAuthorizedTime,
  };
}

/** As DescribeConnection shows it: without any secret. */
export function describeConnection(connection: ConnectionRecord): DescribeConnectionResponse {
  const { publicName, parameters } = connection;
  return {
    ...toConnection(connection),
    Description: connection.description,
    AuthParameters: {
      ...(connection.authorizationType === "BASIC"
        ? { BasicAuthParameters: { Username: publicName } }
        : { ApiKeyAuthParameters: { ApiKeyName: publicName } }),
      ...(parameters && {
        InvocationHttpParameters: {
          ...(parameters.headers && { HeaderParameters: parameters.headers.map(shown) }),
          ...(parameters.query && { QueryStringParameters: parameters.query.map(shown) }),
          ...(parameters.body && { BodyParameters: parameters.body.map(shown) }),
        },
      }),
    },
  };
}

function shown({ key, value }: ConnectionParameter) {
  return { Key: key, IsValueSecret: value === undefined, ...(value !== undefined && { Value: value }) };
}
