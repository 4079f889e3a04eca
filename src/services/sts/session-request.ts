import type { Tag } from "#generated/sts/types.ts";
import { parseArn } from "#kernel/arn.ts";
import type { ConditionKeys } from "#kernel/authorization.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { RoleRecord } from "#services/iam/model.ts";
import type { StsParts } from "./parts.ts";

/** "Requesting temporary security credentials": seconds. */
export const leastSeconds = 900;
const chainedSeconds = 3600;
/** "Session policies": characters, all together. */
const mostPolicyCharacters = 2048;
const mostPolicyArns = 10;
const mostTags = 50;

export interface SessionPolicies {
  readonly Policy?: string;
  readonly PolicyArns?: readonly { readonly arn?: string }[];
}

/**
 * The texts of the policies for a session in the account: the inline one, then the managed ones, which are of the same
 * account or AWS's. Throws for what cannot be one.
 */
export function sessionPolicies(
  ctx: RequestContext,
  account: string,
  input: SessionPolicies,
  parts: Pick<StsParts, "findPolicy" | "policyFault">,
): string[] {
  const arns = (input.PolicyArns ?? []).flatMap(({ arn }) => arn ?? []);
  if (arns.length > mostPolicyArns) {
    throw ctx.fault("ValidationError", `At most ${mostPolicyArns} managed session policies can be given.`);
  }
  const managed = arns.map((arn) => {
    const isOwn = [account, "aws"].includes(parseArn(arn)?.account ?? "");
    const text = isOwn ? parts.findPolicy(ctx.store, arn) : undefined;
    if (text === undefined) throw ctx.fault("ValidationError", `${arn} is not the ARN of a policy that exists.`);
    return text;
  });
  const { Policy } = input;
  if (Policy === undefined) return managed;
  if (Policy.length > mostPolicyCharacters) {
    throw ctx.fault("PackedPolicyTooLarge", `The session policy is longer than ${mostPolicyCharacters} characters.`);
  }
  const wrong = parts.policyFault(Policy);
  if (wrong !== undefined) throw ctx.fault("MalformedPolicyDocument", wrong);
  return [Policy, ...managed];
}

/** Percent of what the policies may hold that they take up. */
export function packedPolicySize(input: SessionPolicies): { readonly PackedPolicySize?: number } {
  const { Policy, PolicyArns = [] } = input;
  if (Policy === undefined && PolicyArns.length === 0) return {};
  const used = (Policy?.length ?? 0) + PolicyArns.reduce((sum, { arn }) => sum + (arn?.length ?? 0), 0);
  return { PackedPolicySize: Math.min(100, Math.ceil((used / mostPolicyCharacters) * 100)) };
}

/** How long the session of a role may be. */
export function roleSeconds(ctx: RequestContext, asked: number | undefined, maxSessionDuration: number): number {
  const chained = ctx.caller.type === "AssumedRole";
  const seconds = asked ?? 3600;
  if (chained && seconds > chainedSeconds) {
    throw ctx.fault(
      "ValidationError",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    );
  }
  if (seconds > maxSessionDuration) {
    throw ctx.fault(
      "ValidationError",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
  }
  return seconds;
}

/** What an identity provider's assertion or token says of the session. */
export interface FederatedSession {
  readonly sessionName: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity?: string;
}

/** Whether the role trusts the provider with such a session: tags and a source identity take rights of their own. */
export function trustsFederated(
  { parts, origin = {} }: { readonly parts: Pick<StsParts, "trusts"> } & Pick<RequestContext, "origin">,
  role: RoleRecord,
  { action, provider, keys }: { readonly action: string; readonly provider: string; readonly keys: ConditionKeys },
  { sessionName, tags, transitiveTagKeys, sourceIdentity }: FederatedSession,
): boolean {
  const tagKeys = Object.keys(tags);
  const all = {
    ...keys,
    "sts:RoleSessionName": sessionName,
    "sts:SourceIdentity": sourceIdentity,
    "sts:TransitiveTagKeys": transitiveTagKeys.length === 0 ? undefined : transitiveTagKeys,
    ...(tagKeys.length > 0 && { "aws:TagKeys": tagKeys }),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    "aws:SourceIp": origin.sourceIp,
    "aws:UserAgent": origin.userAgent,
    "aws:SecureTransport": "false",
  };
  const actions = [
    action,
    ...(tagKeys.length > 0 ? ["sts:TagSession"] : []),
    ...(sourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"]),
  ];
  return actions.every((one) => parts.trusts(role, one, { provider }, all));
}

export interface SessionTags {
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

/** The session's tags with those that the calling session passes on ("Passing session tags in AWS STS"). */
export function sessionTags(
  ctx: RequestContext,
  given: readonly Tag[] = [],
  transitiveKeys: readonly string[] = [],
): SessionTags {
  const fold = (key: string) => key.toLowerCase();
  const invalid = (message: string) => ctx.fault("InvalidParameterValue", message);
  const keys = given.map((tag) => fold(tag.Key));
  if (given.length > mostTags) throw invalid(`At most ${mostTags} session tags can be given.`);
  if (new Set(keys).size < keys.length) {
    throw invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  }
  if (transitiveKeys.some((key) => !keys.includes(fold(key)))) {
    throw invalid("The specified transitive tag key must be included in the requested tags.");
  }
  const { tags: callerTags = {}, transitiveTagKeys: passedOn = [] } = ctx.caller.session ?? {};
  if (passedOn.some((key) => keys.includes(fold(key)))) {
    throw invalid(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the " +
        "calling session.",
    );
  }
  return {
    tags: {
      ...Object.fromEntries(passedOn.map((key) => [key, callerTags[key] ?? ""])),
      ...Object.fromEntries(given.map((tag) => [tag.Key, tag.Value])),
    },
    transitiveTagKeys: [...passedOn, ...transitiveKeys],
  };
}
