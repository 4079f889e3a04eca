import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { Tags } from "#kernel/tags.ts";
import { type ScalableTargetRecord, scalableTargets, wakeTag } from "../model.ts";
import { invalid } from "./target.ts";

const mostTags = 50;

/** Tags with others added. `TooManyTagsException` beyond AWS's limit. */
export function withTags(ctx: RequestContext, arn: string, before: Tags, added: Tags): Tags {
  for (const key of Object.keys(added)) {
    if (/^aws:/i.test(key)) throw invalid(ctx, `Tag keys starting with 'aws:' are reserved for system use: ${key}`);
  }
  const wakes = added[wakeTag];
  if (wakes !== undefined && wakes !== "true" && wakes !== "false") {
    throw invalid(ctx, `The tag ${wakeTag} is true or false: ${wakes}`);
  }
  const tags = { ...before, ...added };
  if (Object.keys(tags).length <= mostTags) return tags;
  throw ctx.fault("TooManyTagsException", `A resource has at most ${mostTags} tags.`, { ResourceName: arn });
}

/** `ResourceNotFoundException` when there is no target with this ARN. */
export function requireTagged(ctx: RequestContext, arn: string): Entry<ScalableTargetRecord> {
  const [target] = ctx.store.view(scalableTargets).by("arn", arn);
  if (target?.value.account === ctx.account && target.value.region === ctx.region) return target;
  throw ctx.fault("ResourceNotFoundException", `The specified resource doesn't exist: ${arn}`, { ResourceName: arn });
}
