import { sign } from "node:crypto";
import type { SendHttp } from "#kernel/http-sender.ts";
import type { AuthenticationKeys, LoadBalancerNode, RuleSpec } from "#kernel/load-balancing.ts";
import type { Random } from "#kernel/random.ts";
import { digest } from "../names.ts";
import { AuthenticationFailure, askClaims, askTokens, type Claims, checkIdToken, type Tokens } from "./provider.ts";
import {
  type Authenticate,
  type Cookies,
  cookie,
  keyFor,
  noCookie,
  noSession,
  open,
  type Session,
  seal,
  sealedSession,
  sessionCookies,
  sessionsName,
} from "./session.ts";

/** The authorization code flow of OpenID Connect as Elastic Load Balancing plays it, for one node. */
export interface FlowParts {
  readonly node: LoadBalancerNode;
  readonly keys: AuthenticationKeys;
  readonly send: SendHttp;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: Random;
}

/** A request that HAProxy has handed over. */
export interface FlowRequest {
  /** The `Host` header; empty: there was none. */
  readonly host: string;
  /** Path and query. */
  readonly target: string;
  readonly cookies: Cookies;
}

export interface FlowAnswer {
  readonly status: number;
  readonly location?: string;
  readonly cookies: readonly string[];
  /** For the access log. */
  readonly reason?: string;
}

/** What HAProxy says of a request that it hands over: `login RULE`, `refresh RULE` or `callback`. */
export const stepHeader = "x-estiva-authenticate";
/** Why there is no session, for the access log; HAProxy takes it out. */
export const reasonHeader = "x-estiva-reason";
export const callbackPath = "/oauth2/idpresponse";
const nonceCookie = "AWSALBAuthNonce";
/** "The client must initiate and complete the authentication process within 15 minutes." */
const loginSeconds = 15 * 60;
const statePurpose = "state";

interface State {
  readonly rule: string;
  readonly url: string;
  readonly nonce: string;
  /** Seconds since the epoch. */
  readonly until: number;
}

/** Names a rule to the one who answers for HAProxy. */
export function ruleName({ ruleArn }: Pick<RuleSpec, "ruleArn">): string {
  return digest(ruleArn, 16);
}

export function authenticateIn(rule: RuleSpec): Authenticate | undefined {
  return rule.actions.find((action) => action.type === "authenticate-oidc");
}

/** Sends the user to the provider. Two logins of one browser at a time may both succeed: they share their nonce. */
export function login(parts: FlowParts, rule: string, request: FlowRequest): FlowAnswer {
  const action = actionOf(parts.node, rule);
  const known = request.cookies.get(nonceCookie);
  const nonce = known !== undefined && /^[\w-]{22}$/.test(known) ? known : base64url(parts.random.bytes(16));
  const until = seconds(parts.now) + loginSeconds;
  const state: State = { rule, url: urlOf(request), nonce, until };
  const sealed = seal(keyFor(parts.keys, statePurpose), JSON.stringify(state), parts.random.bytes(12));
  const location = new URL(action.authorizationEndpoint);
  const params = {
    ...action.extraParams,
    client_id: action.clientId,
    redirect_uri: callbackUrl(request.host),
    response_type: "code",
    scope: action.scope,
    state: Buffer.from(sealed, "utf8").toString("base64url"),
  };
  for (const [name, value] of Object.entries(params)) location.searchParams.set(name, value);
  const expires = new Date(until * 1000).toUTCString();
  return { status: 302, location: location.href, cookies: [cookie(nonceCookie, nonce, expires)] };
}

/** The user comes back from the provider: what it says of them becomes a session. */
export async function callback(parts: FlowParts, request: FlowRequest): Promise<FlowAnswer> {
  const query = new URL(`https://callback${request.target}`).searchParams;
  const state = stateIn(parts, request, query.get("state"));
  const action = actionOf(parts.node, state.rule);
  const error = query.get("error");
  if (error === "access_denied") throw new AuthenticationFailure("AuthInvalidGrantError", 401);
  if (error !== null) throw new AuthenticationFailure("AuthMissingCodeParam", 561);
  const code = query.get("code");
  if (code === null) throw new AuthenticationFailure("AuthMissingCodeParam", 401);
  const grant = { grant_type: "authorization_code", code, redirect_uri: callbackUrl(request.host) };
  const tokens = await askTokens(parts.send, action, grant);
  const { sub } = checkIdToken(tokens.idToken, action, seconds(parts.now));
  const claims = await askClaims(parts.send, action, tokens.accessToken);
  if (claims.sub !== sub) throw new AuthenticationFailure("AuthInvalidUserinfoResponse", 401);
  const until = seconds(parts.now) + action.sessionTimeoutSeconds;
  const cookies = newSession(parts, action, { tokens, claims, until, known: request.cookies });
  return { status: 302, location: state.url, cookies: [...cookies, noCookie(nonceCookie)] };
}

/**
 * Asks the provider again for a user whose access token has ended, and the client to send its request once more. Where
 * the provider refuses, the session is over.
 */
export async function refresh(parts: FlowParts, rule: string, request: FlowRequest): Promise<FlowAnswer> {
  const action = actionOf(parts.node, rule);
  const name = action.sessionCookieName;
  const again = { status: 307, location: urlOf(request) };
  const text = open(keyFor(parts.keys, sessionsName(action)), sessionOf(parts, rule, request));
  const session = text === undefined ? undefined : (JSON.parse(text) as Session);
  if (session?.refreshToken === undefined) return { ...again, cookies: noSession(name, request.cookies) };
  try {
    const grant = { grant_type: "refresh_token", refresh_token: session.refreshToken };
    const given = await askTokens(parts.send, action, grant);
    const tokens = { ...given, refreshToken: given.refreshToken ?? session.refreshToken };
    const claims = await askClaims(parts.send, action, tokens.accessToken);
    if (claims.sub !== session.subject) throw new AuthenticationFailure("AuthInvalidUserinfoResponse", 401);
    return {
      ...again,
      cookies: newSession(parts, action, { tokens, claims, until: session.until, known: request.cookies }),
    };
  } catch (error) {
    if (!(error instanceof AuthenticationFailure)) throw error;
    return { ...again, cookies: noSession(name, request.cookies), reason: error.reason };
  }
}

/** The sealed session that a request has brought for a rule. */
export function sessionOf({ node }: Pick<FlowParts, "node">, rule: string, { cookies }: FlowRequest): string {
  return sealedSession(actionOf(node, rule).sessionCookieName, cookies);
}

export function urlOf({ host, target }: FlowRequest): string {
  if (!/^[\w.:[\]-]+$/.test(host)) throw new AuthenticationFailure("AuthMissingHostHeader", 500);
  return new URL(`https://${host}${target}`).href;
}

function actionOf({ listeners }: LoadBalancerNode, name: string): Authenticate {
  const rule = listeners.flatMap(({ rules }) => rules).find((each) => ruleName(each) === name);
  const action = rule && authenticateIn(rule);
  // The rule was there when the user was sent to the provider.
  if (action === undefined) throw new AuthenticationFailure("AuthInvalidStateParam", 401);
  return action;
}

function stateIn({ keys, now }: FlowParts, { cookies }: FlowRequest, given: string | null): State {
  if (given === null) throw new AuthenticationFailure("AuthMissingStateParam", 401);
  const text = open(keyFor(keys, statePurpose), Buffer.from(given, "base64url").toString("utf8"));
  const state = text === undefined ? undefined : (JSON.parse(text) as State);
  if (state === undefined || state.until <= seconds(now)) throw new AuthenticationFailure("AuthInvalidStateParam", 401);
  const nonce = cookies.get(nonceCookie);
  if (nonce === undefined) throw new AuthenticationFailure("AuthMissingAWSALBAuthNonce", 401);
  if (nonce !== state.nonce) throw new AuthenticationFailure("AuthInvalidAWSALBAuthNonce", 401);
  return state;
}

interface Authenticated {
  readonly tokens: Tokens;
  readonly claims: Claims;
  readonly until: number;
  /** What the client has of an earlier session. */
  readonly known: Cookies;
}

function newSession(parts: FlowParts, action: Authenticate, { tokens, claims, until, known }: Authenticated): string[] {
  const { accessToken, expiresIn, refreshToken } = tokens;
  const mayRefresh = refreshToken !== undefined && expiresIn !== undefined;
  const session: Session = {
    until,
    refreshAt: mayRefresh ? seconds(parts.now) + expiresIn : 0,
    accessToken,
    subject: claims.sub as string,
    data: signedClaims(parts, action, claims, until),
    ...(mayRefresh && { refreshToken }),
  };
  const sealed = seal(keyFor(parts.keys, sessionsName(action)), JSON.stringify(session), parts.random.bytes(12));
  const cookies = sessionCookies(action.sessionCookieName, sealed, until, known);
  if (cookies === undefined) throw new AuthenticationFailure("AuthUserinfoResponseSizeExceeded", 500);
  return cookies;
}

/** A JSON web token as Elastic Load Balancing makes it: its parts have padding. */
function signedClaims({ node, keys }: FlowParts, action: Authenticate, claims: Claims, until: number): string {
  const { signingKeyId: kid, signingKey } = keys;
  const { issuer: iss, clientId: client } = action;
  const header = { typ: "JWT", alg: "ES256", kid, signer: node.loadBalancerArn, iss, client, exp: until };
  const parts = [header, { ...claims, exp: until, iss }].map((part) => padded(Buffer.from(JSON.stringify(part))));
  const text = parts.join(".");
  const signature = sign("sha256", Buffer.from(text), { key: signingKey, dsaEncoding: "ieee-p1363" });
  return `${text}.${padded(signature)}`;
}

function padded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

function callbackUrl(host: string): string {
  return `https://${host}${callbackPath}`;
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
