import { toTags } from "#kernel/tags.ts";
import { requireTagged } from "../request/find.ts";
import type { CloudTrailHandler } from "../request/handler.ts";

/** All in one page: a trail has fifty tags at most. */
export const ListTags: CloudTrailHandler<"ListTags"> = async ({ ResourceIdList, NextToken }, ctx) => {
  if (NextToken !== undefined) throw ctx.fault("InvalidTokenException", "The NextToken is invalid.");
  const found = await Promise.all(ResourceIdList.map((id) => requireTagged(ctx, id)));
  return {
    ResourceTagList: found.map(({ value }, index) => ({
      ResourceId: ResourceIdList[index]!,
      TagsList: toTags(value.tags),
    })),
  };
};
