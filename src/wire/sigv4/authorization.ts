import { createHash } from "node:crypto";
import type { HttpRequest } from "../message.ts";

/** The signature that a request carries, in its header or in its query string. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** Lower-case names, in the order given. */
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hexadecimal digits, if the client did right. */
  readonly signature: string;
  /** As given: `20260131T120000Z`. */
  readonly date: string;
  readonly sessionToken: string | undefined;
  readonly presigned: boolean;
  /** How long a presigned request is good for, in seconds. */
  readonly expiresSeconds: number | undefined;
}

export interface CredentialScope {
  /** `20260131` */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
}

export type ParsedAuthorization =
  | { readonly kind: "none" }
  | { readonly kind: "incomplete"; readonly message: string }
  | { readonly kind: "signed"; readonly authorization: Authorization };

export const algorithm = "AWS4-HMAC-SHA256";

/** Finds and parses the request's signature. */
export function parseAuthorization(request: HttpRequest): ParsedAuthorization {
  const header = request.headers.authorization;
  if (header !== undefined) return parseHeader(request, header.trim());
  if (/(?:^|&)X-Amz-Algorithm=/.test(request.query)) return parseQuery(request.query);
  return { kind: "none" };
}

function parseHeader(request: HttpRequest, header: string): ParsedAuthorization {
  const space = header.indexOf(" ");
  const scheme = space === -1 ? header : header.slice(0, space);
  if (scheme !== algorithm) return unsupported(scheme);
  const parts = new Map<string, string>();
  for (const part of header.slice(scheme.length).split(",")) {
    const equals = part.indexOf("=");
    if (equals !== -1) parts.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const credential = parts.get("Credential");
  const signature = parts.get("Signature");
  const signedHeaders = parts.get("SignedHeaders");
  const date = request.headers["x-amz-date"] ?? isoBasic(request.headers.date);
  if (!credential || !signature || !signedHeaders || !date) {
    const missing = Object.entries({ Credential: credential, Signature: signature, SignedHeaders: signedHeaders });
    const messages = missing
      .filter(([, value]) => !value)
      .map(([name]) => `Authorization header requires '${name}' parameter. `);
    if (!date) {
      messages.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
    }
    const digest = createHash("sha256").update(header).digest("base64");
    return incomplete(`${messages.join("")}(Hashed with SHA-256 and encoded with Base64) Authorization=${digest}`);
  }
  return withCredential(credential, {
    signedHeaders: signedHeaders.toLowerCase().split(";"),
    signature,
    date,
    sessionToken: request.headers["x-amz-security-token"],
    presigned: false,
    expiresSeconds: undefined,
  });
}

function parseQuery(query: string): ParsedAuthorization {
  const parameters = new URLSearchParams(query);
  const given = (name: string) => parameters.get(name) ?? undefined;
  const scheme = given("X-Amz-Algorithm")!;
  if (scheme !== algorithm) return unsupported(scheme);
  const required = ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"];
  const missing = required.filter((name) => !given(name));
  if (missing.length > 0) {
    return incomplete(missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(" "));
  }
  const expires = given("X-Amz-Expires");
  if (expires !== undefined && !/^\d{1,6}$/.test(expires)) return incomplete("X-Amz-Expires must be a number");
  return withCredential(given("X-Amz-Credential")!, {
    signedHeaders: given("X-Amz-SignedHeaders")!.toLowerCase().split(";"),
    signature: given("X-Amz-Signature")!,
    date: given("X-Amz-Date")!,
    sessionToken: given("X-Amz-Security-Token"),
    presigned: true,
    expiresSeconds: expires === undefined ? undefined : Number(expires),
  });
}

function withCredential(credential: string, rest: Omit<Authorization, "accessKeyId" | "scope">): ParsedAuthorization {
  const [accessKeyId, day, region, service, terminator, ...more] = credential.split("/");
  if (!accessKeyId || !day || !region || !service || !terminator || more.length > 0) {
    const wanted = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term";
    return incomplete(`${wanted}, got '${credential}'`);
  }
  return {
    kind: "signed",
    authorization: { ...rest, accessKeyId, scope: { day, region, service, terminator } },
  };
}

function unsupported(scheme: string): ParsedAuthorization {
  if (scheme === "AWS4-ECDSA-P256-SHA256") {
    return incomplete("SigV4a (AWS4-ECDSA-P256-SHA256) is not supported here: sign with AWS4-HMAC-SHA256.");
  }
  return incomplete(`Unsupported AWS 'algorithm': '${scheme.slice(0, 64)}'.`);
}

function incomplete(message: string): ParsedAuthorization {
  return { kind: "incomplete", message };
}

/** The `Date` header's time in the form of `X-Amz-Date`, or undefined. */
function isoBasic(date: string | undefined): string | undefined {
  const ms = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(ms) ? undefined : formatSigningDate(ms);
}

/** `20260131T120000Z` */
export function formatSigningDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** Milliseconds since the epoch of `20260131T120000Z`, or undefined. */
export function parseSigningDate(text: string): number | undefined {
  if (!/^\d{8}T\d{6}Z$/.test(text)) return undefined;
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8))];
  const [hour, minute, second] = [Number(text.slice(9, 11)), Number(text.slice(11, 13)), Number(text.slice(13, 15))];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  // What a month does not have runs over into another; years before 100 into the twentieth century.
  const date = new Date(ms);
  const isReal = date.getUTCDate() === day && date.getUTCMonth() === month - 1 && date.getUTCFullYear() === year;
  return isReal ? ms : undefined;
}
