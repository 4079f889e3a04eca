import { timingSafeEqual } from "node:crypto";
import { isRegionName } from "#kernel/arn.ts";
import type { Condition, FaultStyle } from "../faults.ts";
import type { HttpRequest } from "../message.ts";
import { type Authorization, formatSigningDate, parseSigningDate } from "./authorization.ts";
import { canonicalRequest, sha256Hex, stringToSign } from "./canonical.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** Why a signature was refused; without a message the condition's own applies. */
export interface Refusal {
  readonly condition: Condition;
  readonly message?: string;
}

export interface VerifyOptions {
  readonly request: HttpRequest;
  readonly authorization: Authorization;
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The service's name in the credential scope. */
  readonly signingName: string;
  readonly style: FaultStyle;
  readonly keys: SigningKeys;
}

/** How far client and server clocks may be apart. STS, IAM and their like have always allowed more. */
const skewMinutes: Readonly<Record<FaultStyle, number>> = { json: 5, ec2: 5, query: 15 };
const longestExpirySeconds = 7 * 24 * 3600;

/** Checks scope, time and signature. Returns undefined when all is right. */
export function verifySignature(options: VerifyOptions): Refusal | undefined {
  return scopeRefusal(options) ?? timeRefusal(options) ?? headerRefusal(options) ?? signatureRefusal(options);
}

function scopeRefusal({ authorization: { scope, date }, signingName }: VerifyOptions): Refusal | undefined {
  if (scope.service !== signingName) {
    return invalid(`Credential should be scoped to correct service: '${signingName}'. `);
  }
  if (!isRegionName(scope.region)) {
    return invalid(`Credential should be scoped to a valid region, not '${scope.region.slice(0, 64)}'. `);
  }
  if (scope.terminator !== "aws4_request") {
    return invalid(`Credential should be scoped with a valid terminator: 'aws4_request', not '${scope.terminator}'. `);
  }
  if (scope.day !== date.slice(0, 8)) {
    return invalid(
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: " +
        `'${scope.day}' != '${date.slice(0, 8)}', from '${date}'.`,
    );
  }
  return undefined;
}

function timeRefusal({ authorization, now, style }: VerifyOptions): Refusal | undefined {
  const signedAt = parseSigningDate(authorization.date);
  if (signedAt === undefined) {
    return incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${authorization.date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  const minutes = skewMinutes[style];
  const skewMs = minutes * 60_000;
  if (signedAt > now + skewMs) {
    const limit = `${formatSigningDate(now + skewMs)} (${formatSigningDate(now)} + ${minutes} min.)`;
    return expired(style, `Signature not yet current: ${authorization.date} is still later than ${limit}`);
  }
  if (authorization.presigned && authorization.expiresSeconds !== undefined) {
    const { expiresSeconds } = authorization;
    if (expiresSeconds > longestExpirySeconds) {
      return incomplete(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than " +
          `${longestExpirySeconds} seconds`,
      );
    }
    if (now <= signedAt + expiresSeconds * 1000) return undefined;
    const end = formatSigningDate(signedAt + expiresSeconds * 1000);
    return expired(style, `Signature expired: ${end} is now earlier than ${formatSigningDate(now)}`);
  }
  if (signedAt < now - skewMs) {
    const limit = `${formatSigningDate(now - skewMs)} (${formatSigningDate(now)} - ${minutes} min.)`;
    return expired(style, `Signature expired: ${authorization.date} is now earlier than ${limit}`);
  }
  return undefined;
}

/** EC2 answers one fixed sentence, the others say by how much. */
function expired(style: FaultStyle, message: string): Refusal {
  return style === "ec2" ? { condition: "signatureExpired" } : { condition: "signatureExpired", message };
}

/** Headers that decide what is done, so that their presence without a signature would let others decide. */
const mustBeSigned = ["x-amz-date", "x-amz-target", "x-amz-security-token"];

function headerRefusal({ request, authorization }: VerifyOptions): Refusal | undefined {
  const signed = authorization.signedHeaders;
  if (!signed.includes("host")) {
    return invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const missing = mustBeSigned.find((name) => request.headers[name] !== undefined && !signed.includes(name));
  return missing === undefined ? undefined : invalid(`'${missing}' must be a 'SignedHeader' in the AWS Authorization.`);
}

function signatureRefusal(options: VerifyOptions): Refusal | undefined {
  const { request, authorization, secret, keys } = options;
  const canonical = canonicalRequest(request, authorization.signedHeaders, payloadHashOf(request));
  const text = stringToSign(authorization.date, authorization.scope, canonical);
  const expected = keys(authorization.accessKeyId, secret, authorization.scope).sign(text);
  const given = Buffer.from(authorization.signature, "hex");
  const matches = given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
  return matches ? undefined : { condition: "invalidSignature" };
}

/**
 * The hash of the body that came, whatever `X-Amz-Content-Sha256` says of it. `UNSIGNED-PAYLOAD` thereby fails, as it
 * does at AWS: of all services only S3 takes it.
 */
function payloadHashOf(request: HttpRequest): string {
  return request.body.byteLength === 0 ? emptyHash : sha256Hex(request.body);
}

const emptyHash = sha256Hex("");

function invalid(message: string): Refusal {
  return { condition: "invalidSignature", message };
}

function incomplete(message: string): Refusal {
  return { condition: "incompleteSignature", message };
}
