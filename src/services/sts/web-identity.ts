import { createPublicKey, type JsonWebKey, verify } from "node:crypto";

/** A key of an identity provider, as its key set publishes it (RFC 7517). */
export type ProviderKey = JsonWebKey & { readonly kid?: string; readonly alg?: string; readonly use?: string };

export interface Claims {
  readonly iss: string;
  readonly sub: string;
  /** In the order given. */
  readonly aud: readonly string[];
  readonly azp?: string;
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly amr?: readonly string[];
}

export interface Token {
  readonly claims: Claims;
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly signed: string;
  readonly signature: Uint8Array;
}

/** Algorithms that providers may sign with (RFC 7518); `none` and those with a shared secret are no proof. */
const digests: Readonly<Record<string, string>> = {
  RS256: "sha256",
  RS384: "sha384",
  RS512: "sha512",
  ES256: "sha256",
  ES384: "sha384",
};
const mostTokenCharacters = 20_000;

/** The parts of a JSON Web Token (RFC 7519), unchecked; undefined when the text is none. */
export function parseToken(text: string): Token | undefined {
  const [header = "", body = "", signature = "", ...more] = text.split(".");
  if (text.length > mostTokenCharacters || more.length > 0 || signature === "") return undefined;
  const [head, claims] = [decode(header), decode(body)];
  if (typeof head?.alg !== "string" || typeof claims?.iss !== "string" || typeof claims.sub !== "string")
    return undefined;
  const aud = [claims.aud].flat().filter((audience): audience is string => typeof audience === "string");
  if (aud.length === 0 || typeof claims.exp !== "number") return undefined;
  return {
    claims: { ...(claims as unknown as Claims), aud },
    algorithm: head.alg,
    keyId: typeof head.kid === "string" ? head.kid : undefined,
    signed: `${header}.${body}`,
    signature: Buffer.from(signature, "base64url"),
  };
}

/** Whether one of the provider's keys made the token's signature. */
export function isSignedBy(token: Token, keys: readonly ProviderKey[]): boolean {
  const digest = digests[token.algorithm];
  if (digest === undefined) return false;
  const family = token.algorithm.startsWith("RS") ? "RSA" : "EC";
  const fits = keys.filter((key) => key.kty === family && (token.keyId === undefined || key.kid === token.keyId));
  return fits.some((key) => checkSignature(token, key, digest));
}

function checkSignature(token: Token, key: ProviderKey, digest: string): boolean {
  try {
    const publicKey = createPublicKey({ key, format: "jwk" });
    return verify(digest, Buffer.from(token.signed), { key: publicKey, dsaEncoding: "ieee-p1363" }, token.signature);
  } catch {
    // A key that is broken proves nothing.
    return false;
  }
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
