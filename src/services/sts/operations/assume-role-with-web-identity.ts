import type { Operations } from "#generated/sts/types.ts";
import { parseArn } from "#kernel/arn.ts";
import type { Handler, RequestContext } from "#kernel/handler.ts";
import { toTags } from "#kernel/tags.ts";
import { type OidcProviderRecord, oidcProviderKey, roleOfArn } from "#services/iam/model.ts";
import type { StsParts } from "../parts.ts";
import { providerClaimKeys } from "../provider-claims.ts";
import { packedPolicySize, roleSeconds, sessionPolicies, sessionTags, trustsFederated } from "../session-request.ts";
import { issueSession } from "../sessions.ts";
import { tokenSession } from "../token-session.ts";
import { type Claims, isSignedBy, parseToken, type Token } from "../web-identity.ts";
import { checkArn, roleCaller } from "./assume-role.ts";

type AssumeRoleWithWebIdentity = Operations["AssumeRoleWithWebIdentity"];

const invalidToken = "InvalidIdentityToken";

/** Whoever holds a token of a provider that the role trusts gets a session of the role. The request is not signed. */
export function assumeRoleWithWebIdentity(
  parts: StsParts,
): Handler<AssumeRoleWithWebIdentity["input"], AssumeRoleWithWebIdentity["output"]> {
  return async (input, ctx) => {
    checkArn(ctx, input.RoleArn);
    if (input.ProviderId !== undefined) {
      throw ctx.fault("ValidationError", "ProviderId is for OAuth 2.0 providers, which this platform does not know.");
    }
    const token = parseToken(input.WebIdentityToken);
    if (token === undefined) {
      throw ctx.fault(
        invalidToken,
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
      );
    }
    const { account = "" } = parseArn(input.RoleArn) ?? {};
    const provider = await checkToken(parts, ctx, token, account);
    const role = roleOfArn(ctx.store, input.RoleArn);
    const said = tokenSession(token.claims);
    if (said === undefined) {
      throw ctx.fault(invalidToken, "The session tags or the source identity in the token are not valid.");
    }
    const asked = { ...said, sessionName: input.RoleSessionName };
    const keys = claimKeys(provider, token.claims);
    const from = { parts, ...(ctx.origin && { origin: ctx.origin }) };
    const trust = { action: "sts:AssumeRoleWithWebIdentity", provider: provider.arn };
    const more = { ...providerClaimKeys(provider.url, token.claims), [`${provider.url}:oaud`]: token.claims.aud[0] };
    if (role === undefined || !trustsFederated(from, role, { ...trust, keys: { ...keys, ...more } }, asked)) {
      throw ctx.fault("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
    }
    const now = ctx.clock.now();
    const seconds = roleSeconds(ctx, input.DurationSeconds, role.maxSessionDuration);
    const policies = sessionPolicies(ctx, role.account, input, parts);
    const given = toTags(said.tags);
    const tags = sessionTags(ctx, given, said.transitiveTagKeys);
    const { sourceIdentity } = said;
    const identity = sourceIdentity === undefined ? {} : { sourceIdentity };
    const federated = { federatedProvider: provider.arn, federationKeys: keys };
    const session = { ...tags, ...identity, policies, ...federated, issuedAt: now };
    const caller = roleCaller(role, input.RoleSessionName, session);
    return {
      Credentials: issueSession(parts, caller, now + seconds * 1000),
      AssumedRoleUser: { Arn: caller.arn, AssumedRoleId: caller.userId },
      SubjectFromWebIdentityToken: token.claims.sub,
      Audience: token.claims.azp ?? token.claims.aud[0]!,
      Provider: provider.arn,
      ...(sourceIdentity !== undefined && { SourceIdentity: sourceIdentity }),
      ...packedPolicySize(input),
    };
  };
}

/** The provider that signed the token, which is in time and for one of its audiences. */
async function checkToken(
  parts: StsParts,
  ctx: RequestContext,
  token: Token,
  account: string,
): Promise<OidcProviderRecord> {
  const { iss, aud, azp, exp, nbf } = token.claims;
  const provider = await findProvider(ctx, account, iss);
  if (provider === undefined) {
    throw ctx.fault(invalidToken, `No OpenIDConnect provider found in your account for ${iss}`);
  }
  const nowSeconds = ctx.clock.now() / 1000;
  if (nowSeconds >= exp) {
    const times = `current date/time ${Math.floor(nowSeconds)} must be before the expiration date/time ${exp}`;
    throw ctx.fault("ExpiredTokenException", `Token expired: ${times}`);
  }
  if (nbf !== undefined && nowSeconds < nbf) throw ctx.fault(invalidToken, "The token is not yet valid.");
  if (![azp, ...aud].some((audience) => audience !== undefined && provider.clientIds.includes(audience))) {
    throw ctx.fault(invalidToken, "Incorrect token audience");
  }
  if (await isSigned(parts, ctx, token)) return provider;
  throw ctx.fault(invalidToken, "Couldn't verify the signature of the provided token: no key of the provider fits.");
}

/** A token may not choose that its provider's keys are fetched without TLS. */
async function findProvider(ctx: RequestContext, account: string, issuer: string) {
  const [, url] = /^https:\/\/(.*)$/.exec(issuer) ?? [];
  return url === undefined ? undefined : (await ctx.store.get(oidcProviderKey(account, url))).value;
}

/** Providers change their keys: a token that no known key fits is tried once more with the keys of now. */
async function isSigned(parts: StsParts, ctx: RequestContext, token: Token): Promise<boolean> {
  try {
    if (isSignedBy(token, await parts.providerKeys.of(token.claims.iss))) return true;
    return isSignedBy(token, await parts.providerKeys.of(token.claims.iss, { fresh: true }));
  } catch (error) {
    ctx.log.warn("The keys of an identity provider cannot be had", { issuer: token.claims.iss, error });
    throw ctx.fault(
      "IDPCommunicationError",
      "Couldn't retrieve verification key from your identity provider, please reference " +
        "AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
}

/** Claims as condition keys of the provider, which the role's trust policy sees, and what the session asks for. */
function claimKeys({ url }: OidcProviderRecord, { sub, aud, azp, amr }: Claims) {
  return { [`${url}:sub`]: sub, [`${url}:aud`]: azp ?? aud[0]!, ...(amr && { [`${url}:amr`]: amr }) };
}
