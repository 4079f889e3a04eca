import { requireOwnPolicy } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { tagPage } from "../request/tags.ts";

export const ListPolicyTags: IamHandler<"ListPolicyTags"> = async (input, ctx) => {
  const { value } = await requireOwnPolicy(ctx, input.PolicyArn);
  const { items, more } = tagPage("ListPolicyTags", input, value.tags);
  return { Tags: items, ...more };
};
