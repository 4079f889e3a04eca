import { timingSafeEqual } from "node:crypto";
import { parseArn, partitionOf } from "#kernel/arn.ts";
import type { Caller } from "#kernel/handler.ts";
import type { HttpRequest } from "#wire/message.ts";
import type { Authorization, ParsedAuthorization } from "#wire/sigv4/authorization.ts";
import type { SigningKeys } from "#wire/sigv4/signing-keys.ts";
import { verifySignature } from "#wire/sigv4/verify.ts";
import { commonFault } from "./operation.ts";
import type { ServiceTarget } from "./target.ts";

/** What the owner of access keys (IAM) says of one. */
export interface KeyHolder {
  readonly secretAccessKey: string;
  readonly caller: Caller;
  /** Temporary credentials are good only together with this token, until this time (ms since the epoch). */
  readonly sessionToken?: string;
  readonly expiresAt?: number;
}

/** The holder of an active access key. What temporary keys are is sealed in the token that comes with them. */
export type CredentialsLookup = (accessKeyId: string, sessionToken: string | undefined) => KeyHolder | undefined;

/** Who calls, for which region. */
export interface Identity {
  readonly caller: Caller;
  readonly region: string;
}

export interface AuthenticateOptions {
  readonly credentials: CredentialsLookup;
  readonly keys: SigningKeys;
  readonly now: number;
}

/** Who signed the request, or undefined when nobody did. Throws the service's fault for a signature that is wrong. */
export function authenticate(
  request: HttpRequest,
  parsed: ParsedAuthorization,
  target: ServiceTarget,
  options: AuthenticateOptions,
): Identity | undefined {
  if (parsed.kind === "none") return undefined;
  if (parsed.kind === "incomplete") throw commonFault(target.style, "incompleteSignature", parsed.message);
  const { authorization } = parsed;
  const holder = options.credentials(authorization.accessKeyId, authorization.sessionToken);
  if (holder === undefined || !hasToken(holder, authorization)) throw commonFault(target.style, "invalidKey");
  const refusal = verifySignature({
    request,
    authorization,
    secret: holder.secretAccessKey,
    now: options.now,
    signingName: target.service?.metadata.signingName ?? authorization.scope.service,
    style: target.style,
    keys: options.keys,
  });
  if (refusal !== undefined) throw commonFault(target.style, refusal.condition, refusal.message);
  if (holder.expiresAt !== undefined && options.now >= holder.expiresAt) {
    throw commonFault(target.style, "expiredToken");
  }
  refuseOtherPartition(holder.caller, authorization.scope.region, target);
  return { caller: holder.caller, region: authorization.scope.region };
}

/**
 * As on AWS, whoever has credentials is of one partition. IAM is one world for all regions: with a second partition
 * each of its resources had a second ARN, of which policies do not speak.
 */
function refuseOtherPartition({ arn }: Caller, region: string, { style }: ServiceTarget): void {
  const own = parseArn(arn)?.partition;
  if (own === undefined || own === partitionOf(region)) return;
  const message = `The security token included in the request is invalid: it is of ${own}, and ${region} is not.`;
  throw commonFault(style, "invalidKey", message);
}

function hasToken(holder: KeyHolder, { sessionToken }: Authorization): boolean {
  if (holder.sessionToken === undefined) return sessionToken === undefined;
  if (sessionToken === undefined) return false;
  const expected = Buffer.from(holder.sessionToken);
  const given = Buffer.from(sessionToken);
  return expected.byteLength === given.byteLength && timingSafeEqual(expected, given);
}
