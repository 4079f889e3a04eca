import { isObject } from "#kernel/json-object.ts";
import type { FederatedSession } from "./session-request.ts";
import type { Claims } from "./web-identity.ts";

const sourceIdentityClaim = "https://aws.amazon.com/source_identity";
const tagsClaim = "https://aws.amazon.com/tags";
const flatTagStart = `${tagsClaim}/principal_tags/`;
const flatTransitiveClaim = `${tagsClaim}/transitive_tag_keys`;

/**
 * What a token says of the session that it is exchanged for. Tags are under one claim, or where a provider cannot nest
 * them each under one of its own (IAM User Guide, "Pass session tags in AWS STS"). Undefined when something of it is
 * not as it must be: a token whose tags were left out could be worth more than one with them.
 */
export function tokenSession(claims: Claims): Omit<FederatedSession, "sessionName"> | undefined {
  const all = claims as unknown as Readonly<Record<string, unknown>>;
  const nested = all[tagsClaim] ?? {};
  if (!isObject(nested)) return undefined;
  const { principal_tags: principalTags = {}, transitive_tag_keys: nestedKeys = [] } = nested;
  if (!isObject(principalTags)) return undefined;
  const flat = Object.entries(all).filter(([name]) => name.startsWith(flatTagStart));
  const given = [
    ...Object.entries(principalTags),
    ...flat.map(([name, value]) => [name.slice(flatTagStart.length), value] as const),
  ].map(([key, value]) => [key, oneText(value)] as const);
  const transitiveTagKeys = [nestedKeys, all[flatTransitiveClaim] ?? []].flat();
  const sourceIdentity = all[sourceIdentityClaim];
  const isGood =
    given.every(([key, value]) => isTagKey(key) && value !== undefined && value.length <= 256) &&
    transitiveTagKeys.every((key) => typeof key === "string") &&
    (sourceIdentity === undefined || isSourceIdentity(sourceIdentity));
  if (!isGood) return undefined;
  return {
    tags: Object.fromEntries(given as [string, string][]),
    transitiveTagKeys,
    ...(sourceIdentity !== undefined && { sourceIdentity }),
  };
}

/** A tag has one value, also where it comes in a list. */
function oneText(value: unknown): string | undefined {
  const values = [value].flat();
  return values.length === 1 && typeof values[0] === "string" ? values[0] : undefined;
}

function isTagKey(key: string): boolean {
  return key !== "" && key.length <= 128 && !/^aws:/i.test(key);
}

function isSourceIdentity(value: unknown): value is string {
  return typeof value === "string" && /^[\w+=,.@-]{2,64}$/.test(value);
}
