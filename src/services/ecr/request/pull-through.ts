import type { CreatePullThroughCacheRuleRequest } from "#generated/ecr/types.ts";
import { parseArn } from "#kernel/arn.ts";
import { DriverError, Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { placeOf, secretWords } from "../catalog/imports.ts";
import {
  isPrivate,
  needsCredentials,
  normalPrefix,
  type PullThroughRecord,
  pullThroughKey,
  readUpstream,
  rootPrefix,
  type UpstreamPlace,
} from "../model.ts";
import type { EcrParts } from "./handler.ts";

/** The rule of a prefix in the caller's registry. */
export async function requireRule(ctx: RequestContext, prefix: string): Promise<Entry<PullThroughRecord>> {
  const found = await ctx.store.get(pullThroughKey(ctx, prefix));
  if (found.value === undefined) throw noRule(ctx.account, prefix);
  return found;
}

export function noRule(account: string, prefix: string): Fault {
  const words = `The pull through cache rule with the prefix '${prefix}' was not found in the registry with id`;
  return new Fault("PullThroughCacheRuleNotFoundException", `${words} '${account}'`);
}

/** Rules are the business of the account whose registry it is. */
export function requireOwnRegistry({ account }: World, { registryId }: { readonly registryId?: string }): void {
  if (registryId === undefined || registryId === account) return;
  const words = "Pull through cache rules can be managed only in the registry of the caller's account.";
  throw new Fault("InvalidParameterException", `Invalid parameter at 'registryId': ${words}`);
}

/** The registry that a new rule is for. */
export function requireUpstream(input: CreatePullThroughCacheRuleRequest): UpstreamPlace {
  const { upstreamRegistryUrl: url, upstreamRegistry, credentialArn, customRoleArn } = input;
  const place = readUpstream(url);
  if (place === undefined || (upstreamRegistry !== undefined && upstreamRegistry !== place.kind)) {
    throw new Fault("UnsupportedUpstreamRegistryException", `The upstream registry URL ${url} is invalid.`);
  }
  if (place.kind === "ecr") {
    const words =
      "Private registries of Amazon ECR need credentials of AWS, which this platform has not. A registry of";
    const advice = "this platform can be named by its address, with a secret, or be replicated.";
    throw new Fault("UnsupportedUpstreamRegistryException", `${words} ${advice}`);
  }
  refuseRole(customRoleArn);
  if (credentialArn === undefined && needsCredentials(place.kind)) {
    const words = "The specified upstream registry requires authentication. Specify a valid Secrets Manager ARN";
    throw new Fault("UnsupportedUpstreamRegistryException", `${words} and try again.`);
  }
  refuseClear(place, credentialArn);
  return place;
}

/** Roles are for private registries of Amazon ECR. */
export function refuseRole(customRoleArn: string | undefined): void {
  if (customRoleArn === undefined) return;
  throw new Fault("ValidationException", "customRoleArn can be given only for private registries of Amazon ECR.");
}

/** Credentials leave this machine encrypted. */
export function refuseClear(place: UpstreamPlace, credentialArn: string | undefined): void {
  if (credentialArn === undefined || isPrivate(place)) return;
  throw new Fault("ValidationException", `Credentials would be sent in clear to ${place.endpoint}. Use https.`);
}

/** A rule for all names cannot have a prefix upstream. */
export function checkUpstreamPrefix(input: CreatePullThroughCacheRuleRequest): void {
  const { ecrRepositoryPrefix, upstreamRepositoryPrefix = rootPrefix } = input;
  if (normalPrefix(ecrRepositoryPrefix) !== rootPrefix || upstreamRepositoryPrefix === rootPrefix) return;
  const words = "upstreamRepositoryPrefix must be ROOT when ecrRepositoryPrefix is ROOT";
  throw new Fault("ValidationException", `Invalid parameter: ${words}`);
}

/** Reads the secret once, so that what is wrong with it is told now. It is of the registry's account and region. */
export async function checkSecret(parts: EcrParts, rule: PullThroughRecord): Promise<void> {
  if (rule.credentialArn === undefined) return;
  const arn = parseArn(rule.credentialArn);
  if (arn?.account !== rule.account || arn.region !== rule.region) {
    throw new Fault("SecretNotFoundException", secretWords("ResourceNotFoundException"));
  }
  try {
    await placeOf(parts, rule);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    const { cause, message } = error;
    throw new Fault(cause instanceof Fault ? secretFault(cause.code) : "UnableToAccessSecretException", message);
  }
}

function secretFault(code: string): string {
  if (code === "ResourceNotFoundException" || code === "InvalidRequestException") return "SecretNotFoundException";
  return code === "DecryptionFailure" ? "UnableToDecryptSecretValueException" : "UnableToAccessSecretException";
}

/** A rule as every operation tells it. */
export function describeRule(rule: PullThroughRecord) {
  const { upstreamRegistry, credentialArn, upstreamRepositoryPrefix } = rule;
  return {
    ecrRepositoryPrefix: rule.prefix,
    upstreamRegistryUrl: rule.upstreamRegistryUrl,
    registryId: rule.account,
    ...(upstreamRegistry !== undefined && { upstreamRegistry }),
    ...(credentialArn !== undefined && { credentialArn }),
    // Like Amazon ECR not when it was not given: Terraform would make the rule anew with every apply.
    ...(upstreamRepositoryPrefix !== undefined && { upstreamRepositoryPrefix }),
  };
}
