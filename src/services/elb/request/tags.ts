import type { Tag } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";
import { firstTwice } from "#kernel/first-twice.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { withTags as mergedTags, type Tags } from "#kernel/tags.ts";
import { placeOf, targetGroupPlace } from "../model.ts";
import { requireListener, requireLoadBalancer, requireRule, requireTargetGroup } from "./find.ts";
import { invalid } from "./handler.ts";

/** The tags of a resource after these have been set. */
export function withTags(old: Tags, tags: readonly Tag[] = []): Tags {
  const twice = firstTwice(tags.map(({ Key }) => Key));
  if (twice !== undefined) {
    throw new Fault("DuplicateTagKeysException", `Tag keys must be unique; '${twice}' was given more than once`);
  }
  return mergedTags(old, tags, {
    reserved: () => invalid("Tag keys with the prefix 'aws:' are reserved for system use"),
    tooMany: (most) => new Fault("TooManyTagsException", `A resource can have at most ${most} tags`),
  });
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
