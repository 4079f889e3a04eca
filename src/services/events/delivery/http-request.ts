import { DriverError } from "#kernel/fault.ts";
import type { HttpCall } from "#kernel/http-sender.ts";
import { objectIn } from "#kernel/json-object.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import {
  type ApiDestinationRecord,
  type ConnectionParameter,
  type ConnectionRecord,
  connectionPurpose,
  type HttpExtras,
} from "../model.ts";

const userAgent = "Amazon/EventBridge/ApiDestinations";

/** A request to an URL that stands as a target by itself: the input is posted to it. */
export function plainRequest(url: string, http: HttpExtras, input: string): HttpCall {
  return { method: "POST", url: filled(url, http, {}), headers: headersOf(http, {}), body: input };
}

/**
 * The request to an API destination (User Guide, "API destinations"): what the connection says wins over what the
 * target says. Undefined when the connection has no credentials any more.
 */
export function destinationRequest(
  destination: ApiDestinationRecord,
  connection: ConnectionRecord,
  delivered: { readonly http: HttpExtras; readonly input: string },
  box: SecretBox,
): HttpCall | undefined {
  const open = (sealed: string) => box.open(sealed, connectionPurpose);
  const secret = connection.sealedSecret === undefined ? undefined : open(connection.sealedSecret);
  if (secret === undefined) return undefined;
  const given = (list: readonly ConnectionParameter[] = []) =>
    Object.fromEntries(list.map(({ key, value, sealedValue }) => [key, value ?? open(sealedValue ?? "") ?? ""]));
  const { headers, query, body } = connection.parameters ?? {};
  const { http, input } = delivered;
  const method = destination.httpMethod;
  return {
    method,
    url: filled(destination.invocationEndpoint, http, given(query)),
    headers: headersOf(http, { ...given(headers), ...authentication(connection, secret) }),
    ...(method !== "GET" && method !== "HEAD" && { body: withBody(input, given(body)) }),
  };
}

function authentication({ authorizationType, publicName }: ConnectionRecord, secret: string): Record<string, string> {
  if (authorizationType === "API_KEY") return { [publicName]: secret };
  return { Authorization: `Basic ${Buffer.from(`${publicName}:${secret}`).toString("base64")}` };
}

/** The URL with the path's asterisks filled, and further parameters behind it. */
function filled(endpoint: string, { pathValues, query }: HttpExtras, wins: Readonly<Record<string, string>>): string {
  const values = [...pathValues];
  // An event may say them, and they would lead to another endpoint.
  if (values.some((value) => value === "." || value === "..")) {
    throw new DriverError("InvalidSpec", "A path parameter cannot be a dot or two.");
  }
  const url = new URL(endpoint.replace(/\*/g, () => encodeURIComponent(values.shift() ?? "*")));
  for (const [name, value] of Object.entries({ ...query, ...wins })) url.searchParams.set(name, value);
  return url.href;
}

function headersOf({ headers }: HttpExtras, wins: Readonly<Record<string, string>>): Record<string, string> {
  const all = new Map([
    ["user-agent", userAgent],
    ["content-type", "application/json; charset=utf-8"],
  ]);
  // Names of headers are the same in either case.
  for (const [name, value] of [...Object.entries(headers), ...Object.entries(wins)]) all.set(name.toLowerCase(), value);
  return Object.fromEntries(all);
}

/** Body parameters belong into an object: any other input stays as it is. */
function withBody(input: string, parameters: Readonly<Record<string, string>>): string {
  if (Object.keys(parameters).length === 0) return input;
  const value = objectIn(input);
  return value === undefined ? input : JSON.stringify({ ...value, ...parameters });
}
