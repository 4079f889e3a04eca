import { DriverError } from "#kernel/fault.ts";
import type { HttpAnswer, SendHttp } from "#kernel/http-sender.ts";
import { objectIn } from "#kernel/json-object.ts";
import type { Authenticate } from "./session.ts";

/** Why a user could not be authenticated: a code of the access log, and the status of the answer. */
export class AuthenticationFailure extends Error {
  readonly reason: string;
  readonly status: number;

  constructor(reason: string, status: number) {
    super(reason);
    this.reason = reason;
    this.status = status;
  }
}

export interface Tokens {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn?: number;
  readonly idToken?: string;
  readonly refreshToken?: string;
}

export type Claims = Readonly<Record<string, unknown>>;

/** "If the total size of the user claims and access token received from the IdP is greater than 11K bytes" */
const mostBytes = 11 * 1024;
const sending = { timeoutMs: 5000, mostBodyBytes: 64 * 1024 };

/** Asks the token endpoint. Rejects with an `AuthenticationFailure`. */
export async function askTokens(send: SendHttp, action: Authenticate, grant: Record<string, string>): Promise<Tokens> {
  const body = new URLSearchParams({ ...grant, client_id: action.clientId, client_secret: action.clientSecret });
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  const call = { method: "POST", url: action.tokenEndpoint, headers, body: body.toString() };
  const answer = await asked(send, call, "AuthTokenEpRequest");
  const found = objectIn(answer.body ?? "");
  if (answer.status < 200 || answer.status > 299) {
    if (found?.error === "invalid_grant") throw new AuthenticationFailure("AuthInvalidGrantError", 401);
    throw new AuthenticationFailure("AuthTokenEpRequestFailed", 561);
  }
  const {
    access_token: accessToken,
    id_token: idToken,
    refresh_token: refreshToken,
    expires_in: expiresIn,
  } = found ?? {};
  if (typeof accessToken !== "string" || !fitsHeader(accessToken)) {
    throw new AuthenticationFailure("AuthInvalidTokenResponse", 401);
  }
  return {
    accessToken,
    ...(typeof idToken === "string" && { idToken }),
    ...(typeof refreshToken === "string" && { refreshToken }),
    ...(Number.isFinite(Number(expiresIn ?? Number.NaN)) && { expiresIn: Number(expiresIn) }),
  };
}

/** Asks the user info endpoint. Rejects with an `AuthenticationFailure`. */
export async function askClaims(send: SendHttp, action: Authenticate, accessToken: string): Promise<Claims> {
  const headers = { authorization: `Bearer ${accessToken}`, accept: "application/json" };
  const answer = await asked(send, { method: "GET", url: action.userInfoEndpoint, headers }, "AuthUserinfoEpRequest");
  if (answer.status < 200 || answer.status > 299) throw new AuthenticationFailure("AuthUserinfoEpRequestFailed", 561);
  const claims = objectIn(answer.body ?? "");
  if (claims === undefined || typeof claims.sub !== "string" || !fitsHeader(claims.sub)) {
    throw new AuthenticationFailure("AuthInvalidUserinfoResponse", 401);
  }
  if (Buffer.byteLength(JSON.stringify(claims)) + accessToken.length > mostBytes) {
    throw new AuthenticationFailure("AuthUserinfoResponseSizeExceeded", 500);
  }
  return claims;
}

/**
 * Refuses an ID token that is not from this provider for this client, or has ended. It came from the token endpoint
 * itself over TLS, which stands for its signature (OpenID Connect Core 1.0, section 3.1.3.7).
 */
export function checkIdToken(idToken: string | undefined, action: Authenticate, nowSeconds: number): Claims {
  // "The requested scope doesn't return an ID token."
  if (idToken === undefined) throw new AuthenticationFailure("AuthInvalidIdToken", 500);
  const claims = objectIn(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString("utf8"));
  const audience = [claims?.aud].flat();
  const isGood = claims?.iss === action.issuer && audience.includes(action.clientId) && Number(claims.exp) > nowSeconds;
  if (!isGood) throw new AuthenticationFailure("AuthInvalidIdToken", 401);
  return claims;
}

async function asked(send: SendHttp, call: Parameters<SendHttp>[0], reason: string): Promise<HttpAnswer> {
  try {
    return await send(call, sending);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    throw new AuthenticationFailure(`${reason}Timeout`, 500);
  }
}

/** Visible characters and spaces of ASCII: it becomes the value of a header. */
function fitsHeader(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text);
}
