import type { Tag } from "#generated/scheduler/types.ts";
import { parseArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { withTags as mergedTags, type Tags } from "#kernel/tags.ts";
import { type FoundGroup, groupArn, type ScheduleGroupRecord } from "../model.ts";
import { requireGroup } from "./schedule.ts";

/** As answers show a group. */
export function toGroup(group: ScheduleGroupRecord) {
  return {
    Arn: groupArn(group, group.name),
    Name: group.name,
    State: group.state,
    CreationDate: group.creationDate,
    LastModificationDate: group.lastModificationDate,
  };
}

/** A group by its ARN, for tags. */
export function requireTagged(ctx: RequestContext, resourceArn: string): FoundGroup {
  const arn = parseArn(resourceArn);
  const [kind, name = "", ...rest] = arn?.resource.split("/") ?? [];
  const isHere = arn?.service === "scheduler" && arn.account === ctx.account && arn.region === ctx.region;
  if (isHere && kind === "schedule-group" && rest.length === 0) return requireGroup(ctx, name);
  throw new Fault("ValidationException", "ResourceArn must be the ARN of a schedule group.");
}

const mostTags = 200;

export function withTags(old: Tags, tags: readonly Tag[] = []): Tags {
  const reserved = () => new Fault("ValidationException", "Tag keys that begin with aws: are reserved.");
  const tooMany = () => new Fault("ValidationException", `A schedule group can have at most ${mostTags} tags.`);
  return mergedTags(old, tags, { reserved, tooMany }, mostTags);
}
