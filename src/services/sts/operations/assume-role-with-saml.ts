import { createHash } from "node:crypto";
import type { Operations } from "#generated/sts/types.ts";
import { parseArn } from "#kernel/arn.ts";
import type { Handler, RequestContext } from "#kernel/handler.ts";
import { toTags } from "#kernel/tags.ts";
import { type RoleRecord, roleOfArn, type SamlProviderRecord, samlProviderKey } from "#services/iam/model.ts";
import type { StsParts } from "../parts.ts";
import { readAssertion, type SamlClaims } from "../saml/assertion.ts";
import { readMetadata } from "../saml/metadata.ts";
import {
  leastSeconds,
  packedPolicySize,
  roleSeconds,
  sessionPolicies,
  sessionTags,
  trustsFederated,
} from "../session-request.ts";
import { issueSession } from "../sessions.ts";
import { checkArn, roleCaller } from "./assume-role.ts";

type AssumeRoleWithSAML = Operations["AssumeRoleWithSAML"];

const notAuthorized = "Not authorized to perform sts:AssumeRoleWithSAML";

/** Whoever brings an assertion of a provider that the role trusts gets a session of the role. No request is signed. */
export function assumeRoleWithSaml(
  parts: StsParts,
): Handler<AssumeRoleWithSAML["input"], AssumeRoleWithSAML["output"]> {
  return async (input, ctx) => {
    checkArn(ctx, input.RoleArn);
    const provider = await findProvider(ctx, input.PrincipalArn);
    const metadata = provider && readMetadata(provider.metadataDocument);
    if (provider === undefined) throw ctx.fault("AccessDenied", notAuthorized);
    if (metadata === undefined) throw ctx.fault("InvalidIdentityToken", "The provider's metadata cannot be read.");
    const claims = readAssertion(input.SAMLAssertion, metadata, ctx.clock.now());
    if ("code" in claims) throw ctx.fault(claims.code, claims.message);
    const role = roleOfArn(ctx.store, input.RoleArn);
    const isNamed = claims.roles.some(
      ([roleArn, providerArn]) => roleArn === role?.arn && providerArn === provider.arn,
    );
    const isOwn = role?.account === provider.account;
    if (
      !isOwn ||
      !isNamed ||
      !isTrusted({ parts, ...(ctx.origin && { origin: ctx.origin }) }, role, provider, claims)
    ) {
      throw ctx.fault("AccessDenied", notAuthorized);
    }
    const now = ctx.clock.now();
    const expiresAt = now + secondsOf(ctx, input, claims, role) * 1000;
    const given = toTags(claims.tags);
    const { tags, transitiveTagKeys } = sessionTags(ctx, given, claims.transitiveTagKeys);
    const { sourceIdentity } = claims;
    const caller = roleCaller(role, claims.sessionName, {
      ...{ policies: sessionPolicies(ctx, role.account, input, parts), tags, transitiveTagKeys, issuedAt: now },
      ...{ federatedProvider: provider.arn, federationKeys: subjectKeys(claims, provider) },
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    });
    return {
      Credentials: issueSession(parts, caller, expiresAt),
      AssumedRoleUser: { Arn: caller.arn, AssumedRoleId: caller.userId },
      Subject: claims.subject,
      SubjectType: claims.subjectType,
      Issuer: claims.issuer,
      Audience: claims.recipient,
      NameQualifier: nameQualifier(claims, provider),
      ...(sourceIdentity !== undefined && { SourceIdentity: sourceIdentity }),
      ...packedPolicySize(input),
    };
  };
}

async function findProvider(ctx: RequestContext, text: string): Promise<SamlProviderRecord | undefined> {
  const arn = parseArn(text);
  if (arn?.service !== "iam" || !arn.resource.startsWith("saml-provider/")) return undefined;
  const found = (await ctx.store.get(samlProviderKey(arn.account, arn.resource.slice("saml-provider/".length)))).value;
  return found?.arn === text ? found : undefined;
}

/** What the assertion says, the request may shorten; the role and the provider's own session end it. */
function secondsOf(
  ctx: RequestContext,
  { DurationSeconds }: AssumeRoleWithSAML["input"],
  { sessionSeconds, notAfter }: SamlClaims,
  role: RoleRecord,
): number {
  const asked = DurationSeconds ?? sessionSeconds;
  const least = Math.min(asked ?? Number.POSITIVE_INFINITY, sessionSeconds ?? Number.POSITIVE_INFINITY);
  const seconds = roleSeconds(ctx, Number.isFinite(least) ? least : undefined, role.maxSessionDuration);
  const left = notAfter === undefined ? seconds : Math.floor((notAfter - ctx.clock.now()) / 1000);
  if (Math.min(seconds, left) < leastSeconds) {
    throw ctx.fault("ValidationError", `The session would be shorter than ${leastSeconds} seconds.`);
  }
  return Math.min(seconds, left);
}

/** "Available keys for SAML-based AWS STS federation" */
function isTrusted(
  from: Parameters<typeof trustsFederated>[0],
  role: RoleRecord,
  provider: SamlProviderRecord,
  claims: SamlClaims,
): boolean {
  const keys = {
    ...subjectKeys(claims, provider),
    "saml:aud": claims.recipient,
    "saml:iss": claims.issuer,
    "saml:doc": `${provider.account}/${provider.name}`,
  };
  return trustsFederated(from, role, { action: "sts:AssumeRoleWithSAML", provider: provider.arn, keys }, claims);
}

/** Those of them that requests of the session have as well. */
function subjectKeys(claims: SamlClaims, provider: SamlProviderRecord) {
  return {
    "saml:sub": claims.subject,
    "saml:sub_type": claims.subjectType,
    "saml:namequalifier": nameQualifier(claims, provider),
  };
}

/** AWS's hash, by which a subject is one provider's and one account's. */
function nameQualifier({ issuer }: SamlClaims, { account, name }: SamlProviderRecord): string {
  return createHash("sha1").update(`${issuer}${account}/${name}`).digest("base64");
}
