import type { Tag } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";
import { firstTwice } from "#kernel/first-twice.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { placeOf, type Tags, targetGroupPlace } from "../model.ts";
import { requireListener, requireLoadBalancer, requireRule, requireTargetGroup } from "./find.ts";
import { invalid } from "./handler.ts";

const mostTags = 50;

/** The tags of a resource after these have been set. */
export function withTags(old: Tags, tags: readonly Tag[] = []): Tags {
  const keys = tags.map(({ Key }) => Key);
  const twice = firstTwice(keys);
  if (twice !== undefined) {
    throw new Fault("DuplicateTagKeysException", `Tag keys must be unique; '${twice}' was given more than once`);
  }
  const reserved = keys.find((key) => /^aws:/i.test(key));
  if (reserved !== undefined) throw invalid("Tag keys with the prefix 'aws:' are reserved for system use");
  const merged = { ...old, ...Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value ?? ""])) };
  if (Object.keys(merged).length <= mostTags) return merged;
  throw new Fault("TooManyTagsException", `A resource can have at most ${mostTags} tags`);
}

export function withoutTags(old: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(old).filter(([key]) => !keys.includes(key)));
}

export function toTags(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The record that carries the tags of a resource. */
export interface Tagged {
  readonly tags: Tags;
}

/** What an ARN names that can be tagged. The default rule of a listener has no tags of its own. */
export function requireTagged(ctx: RequestContext, arn: string): Entry<Tagged> {
  if (targetGroupPlace(arn) !== undefined) return requireTargetGroup(ctx, arn);
  const kind = placeOf(arn)?.kind;
  if (kind === "loadbalancer") return requireLoadBalancer(ctx, arn);
  if (kind === "listener") return requireListener(ctx, arn);
  if (kind === "listener-rule") {
    const { rule } = requireRule(ctx, arn);
    if (rule !== undefined) return rule;
    throw invalid("The default rule of a listener cannot be tagged; tag the listener instead");
  }
  if (arn.includes(":truststore/")) {
    throw new Fault("TrustStoreNotFoundException", `Trust store '${arn}' not found`);
  }
  throw invalid(`'${arn}' is not a valid ARN of a load balancer, a listener, a listener rule or a target group`);
}
