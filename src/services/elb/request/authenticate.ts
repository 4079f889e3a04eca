import { createPublicKey, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { Action, AuthenticateOidcActionConfig } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { uuid } from "#kernel/random.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Put, Read } from "#kernel/store.ts";
import {
  type AuthenticationRecord,
  authenticationKey,
  type ListenerProtocol,
  type LoadBalancerRecord,
  sealAuthentication,
} from "../model.ts";
import { invalid } from "./handler.ts";

const type = "authenticate-oidc";
const mostSeconds = 604_800;
const mostParams = 10;
/** What a request to the authorization endpoint has by itself. */
const ownParams = ["client_id", "redirect_uri", "response_type", "scope", "state"];

/** An action that authenticates as it is shown: with its defaults, without the client's secret. */
export function authenticateOidc(
  { AuthenticateOidcConfig: config }: Action,
  protocol: ListenerProtocol,
): AuthenticateOidcActionConfig {
  if (config === undefined)
    throw invalid(`An 'AuthenticateOidcConfig' must be specified for an action of type '${type}'`);
  if (protocol !== "HTTPS") throw badAction(`Actions of type '${type}' are supported only on HTTPS listeners`);
  const { Issuer, AuthorizationEndpoint, TokenEndpoint, UserInfoEndpoint, ClientId } = config;
  const urls = { Issuer, AuthorizationEndpoint, TokenEndpoint, UserInfoEndpoint };
  for (const [member, url] of Object.entries(urls)) checkUrl(member, url);
  if (ClientId === "") throw badAction("The client ID must not be empty");
  const { SessionCookieName = "AWSELBAuthSessionCookie", Scope = "openid", SessionTimeout = mostSeconds } = config;
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(SessionCookieName) || SessionCookieName.startsWith("AWSALB")) {
    throw badAction(`'${SessionCookieName}' cannot be the name of a session cookie`);
  }
  if (!/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(Scope)) {
    throw badAction(`The scope '${Scope}' is not valid`);
  }
  if (SessionTimeout < 1 || SessionTimeout > mostSeconds) {
    throw badAction(`The session timeout must be between '1' and '${mostSeconds}' seconds`);
  }
  const params = config.AuthenticationRequestExtraParams;
  checkParams(Object.keys(params ?? {}));
  return {
    ...{ ...urls, ClientId, SessionCookieName, Scope, SessionTimeout },
    ...(params !== undefined && { AuthenticationRequestExtraParams: params }),
    OnUnauthenticatedRequest: config.OnUnauthenticatedRequest ?? "authenticate",
  };
}

function checkUrl(member: string, text: string): void {
  const url = URL.parse(text);
  // What hosts are told must be what was meant: nothing that URLs are cleaned of.
  if (url?.protocol === "https:" && url.username === "" && url.hash === "" && !/[\s\\]/.test(text)) return;
  throw badAction(`The ${member} '${text}' must be a full URL, including the HTTPS protocol, the domain, and the path`);
}

function checkParams(names: readonly string[]): void {
  if (names.length > mostParams) {
    throw badAction(`Up to '${mostParams}' extra parameters can be specified for an authentication request`);
  }
  const own = names.find((name) => ownParams.includes(name));
  if (own !== undefined) throw badAction(`'${own}' cannot be an extra parameter of an authentication request`);
}

/**
 * The client's secret of these actions, sealed; undefined: they do not authenticate. `known` is the one that the rule
 * has already.
 */
export function clientSecretOf(
  actions: readonly Action[],
  box: SecretBox,
  known: string | undefined,
): string | undefined {
  const config = actions.find(({ Type }) => Type === type)?.AuthenticateOidcConfig;
  if (config === undefined) return undefined;
  const { ClientSecret: secret, UseExistingClientSecret: usesExisting = false } = config;
  if (secret !== undefined && usesExisting) {
    throw badAction("You cannot both specify a client secret and set UseExistingClientSecret to true");
  }
  if (secret) return sealAuthentication(box, secret);
  if (usesExisting && known !== undefined) return known;
  const without = usesExisting ? "The rule has no client secret yet" : "A client secret must be specified";
  throw badAction(`${without} for an action of type '${type}'`);
}

/** Actions of a record as a request would give them again. */
export function withKnownSecret(actions: readonly Action[]): Action[] {
  return actions.map((action) => {
    const { AuthenticateOidcConfig: config } = action;
    if (config === undefined) return action;
    return { ...action, AuthenticateOidcConfig: { ...config, UseExistingClientSecret: true } };
  });
}

const generate = promisify(generateKeyPair);

/** What a commit must carry so that a load balancer whose rules begin to authenticate has keys. */
export async function authenticationWrites(
  ctx: RequestContext,
  box: SecretBox,
  { id }: LoadBalancerRecord,
  actions: readonly Action[],
): Promise<{ readonly unchanged: readonly Read<unknown>[]; readonly put: readonly Put[] }> {
  if (!actions.some(({ Type }) => Type === type)) return { unchanged: [], put: [] };
  const read = await ctx.store.get(authenticationKey(ctx, id));
  if (read.value !== undefined) return { unchanged: [read], put: [] };
  const { privateKey } = await generate("ec", { namedCurve: "P-256" });
  const { account, region } = ctx;
  const value: AuthenticationRecord = {
    ...{ account, region, loadBalancerId: id, keyId: uuid(ctx.random) },
    publicKey: createPublicKey(privateKey).export({ type: "spki", format: "pem" }) as string,
    sealedSigningKey: sealAuthentication(box, privateKey.export({ type: "pkcs8", format: "pem" }) as string),
    sealedSessionKey: sealAuthentication(box, Buffer.from(ctx.random.bytes(32)).toString("base64")),
  };
  return { unchanged: [read], put: [{ key: read.key, value }] };
}

function badAction(message: string): Fault {
  return new Fault("InvalidLoadBalancerActionException", message);
}
