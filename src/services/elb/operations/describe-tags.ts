import { toTags } from "#kernel/tags.ts";
import { ruleIfAny } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";
import { requireTagged } from "../request/tags.ts";

const mostResources = 20;

export const DescribeTags: ElbHandler<"DescribeTags"> = async ({ ResourceArns: arns }, ctx) => {
  if (arns.length > mostResources) throw invalid(`A maximum of '${mostResources}' resources can be specified`);
  const tagsOf = (arn: string) => {
    const rule = ruleIfAny(ctx, arn);
    return rule !== undefined && rule.rule === undefined ? {} : requireTagged(ctx, arn).value.tags;
  };
  return { TagDescriptions: arns.map((arn) => ({ ResourceArn: arn, Tags: toTags(tagsOf(arn)) })) };
};
