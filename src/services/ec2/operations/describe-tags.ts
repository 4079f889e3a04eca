import { type FilterTable, filterTest } from "../request/filters.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { pageOf } from "../request/pages.ts";
import { allTags, type TagOfResource } from "../request/tagged.ts";

const tagFilters: FilterTable<TagOfResource & { readonly tags: readonly TagOfResource["tag"][] }> = {
  key: ({ tag }) => tag.key,
  "resource-id": ({ resourceId }) => resourceId,
  "resource-type": ({ resourceType }) => resourceType,
  value: ({ tag }) => tag.value,
};

export const DescribeTags: Ec2Handler<"DescribeTags"> = async (input, ctx) => {
  const matches = filterTest(ctx, input.Filters, tagFilters);
  const tags = allTags(ctx).filter((one) => matches({ ...one, tags: [one.tag] }));
  const page = pageOf(ctx, tags, positionOf, input);
  return {
    Tags: page.items.map(({ resourceId, resourceType, tag }) => ({
      ResourceId: resourceId,
      ResourceType: resourceType,
      Key: tag.key,
      Value: tag.value,
    })),
    NextToken: page.nextToken,
  };
};

function positionOf({ resourceId, tag }: TagOfResource): string {
  return `${resourceId} ${tag.key}`;
}
