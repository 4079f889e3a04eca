import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import type { AuthenticationKeys, RuleAction } from "#kernel/load-balancing.ts";
import { digest } from "../names.ts";

export type Authenticate = Extract<RuleAction, { type: "authenticate-oidc" }>;

/**
 * What a session's cookie holds, encrypted: HAProxy reads it by these names, and passes on what it has to targets.
 * Times are seconds since the epoch.
 */
export interface Session {
  readonly until: number;
  /** When what is known of the user has to be asked again; 0: never. */
  readonly refreshAt: number;
  readonly accessToken: string;
  readonly subject: string;
  /** The signed claims. */
  readonly data: string;
  readonly refreshToken?: string;
}

export type Cookies = ReadonlyMap<string, string>;

/** What browsers take of one cookie, with its name and attributes. */
const mostCookieBytes = 3900;
/** The cookies that a session may be divided into. */
export const sessionCookieCount = 10;
const nonceBytes = 12;
const tagBytes = 16;
/** How much of a sealed text is the nonce and the tag, in base64. */
export const nonceLength = 16;
export const tagLength = 24;

/** Rules with the same provider, client and cookie have the same sessions. */
export function sessionsName(action: Authenticate): string {
  const { issuer, tokenEndpoint, userInfoEndpoint, clientId, sessionCookieName } = action;
  return `a_${digest(JSON.stringify([issuer, tokenEndpoint, userInfoEndpoint, clientId, sessionCookieName]), 12)}`;
}

/** The key of AES-256-GCM for these sessions, or for another purpose; base64. */
export function keyFor({ sessionKey }: Pick<AuthenticationKeys, "sessionKey">, purpose: string): string {
  return createHmac("sha256", Buffer.from(sessionKey, "base64")).update(purpose).digest("base64");
}

/** Nonce, tag and text, each in base64: HAProxy cuts them apart. The nonce is of 12 bytes, never used before. */
export function seal(key: string, plain: string, nonce: Uint8Array): string {
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(key, "base64"), nonce);
  const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return [Buffer.from(nonce), cipher.getAuthTag(), body].map((part) => part.toString("base64")).join("");
}

/** Undefined when it was sealed with another key, or has been changed. */
export function open(key: string, sealed: string): string | undefined {
  const nonce = Buffer.from(sealed.slice(0, nonceLength), "base64");
  const tag = Buffer.from(sealed.slice(nonceLength, nonceLength + tagLength), "base64");
  if (nonce.length !== nonceBytes || tag.length !== tagBytes) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(key, "base64"), nonce).setAuthTag(tag);
  try {
    const body = Buffer.from(sealed.slice(nonceLength + tagLength), "base64");
    return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
  } catch {
    return undefined; // the tag does not fit
  }
}

/**
 * What sets the cookies that carry a sealed session, and takes away those of a longer one before it; undefined: it is
 * too long for any browser.
 */
export function sessionCookies(name: string, sealed: string, until: number, known: Cookies): string[] | undefined {
  const parts = sealed.match(new RegExp(`.{1,${mostCookieBytes}}`, "g")) ?? [];
  if (parts.length > sessionCookieCount) return undefined;
  const expires = new Date(until * 1000).toUTCString();
  return [...parts.map((part, i) => cookie(`${name}-${i}`, part, expires)), ...noSession(name, known, parts.length)];
}

/** Takes the cookies of a session from a client, from this one on. */
export function noSession(name: string, known: Cookies, from = 0): string[] {
  const numbers = Array.from({ length: sessionCookieCount }, (_, i) => i).slice(from);
  return numbers.filter((i) => known.has(`${name}-${i}`)).map((i) => noCookie(`${name}-${i}`));
}

export function noCookie(name: string): string {
  return cookie(name, "", new Date(0).toUTCString());
}

export function cookie(name: string, value: string, expires: string): string {
  return `${name}=${value}; Expires=${expires}; Path=/; Secure; HttpOnly`;
}

/**
 * Chromium sends cookies to other sites since version 80 only if they say so, and older browsers reject what does: "ALB
 * will parse the user-agent header" (announcement of February 2020).
 */
export function cookiesFor(userAgent: string, cookies: readonly string[]): string[] {
  const version = /\bChrom(?:e|ium)\/(\d+)/.exec(userAgent)?.[1];
  return Number(version) >= 80 ? cookies.map((each) => `${each}; SameSite=None`) : [...cookies];
}

/** The sealed session that a request has brought; empty: none. */
export function sealedSession(name: string, cookies: Cookies): string {
  return Array.from({ length: sessionCookieCount }, (_, i) => cookies.get(`${name}-${i}`) ?? "").join("");
}

/** By their names; of several with one name the first. */
export function cookiesIn(header: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at).trim();
    if (at > 0 && !found.has(name)) found.set(name, part.slice(at + 1).trim());
  }
  return found;
}
