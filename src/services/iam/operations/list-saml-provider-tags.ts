import { requireSamlProvider } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { tagPage } from "../request/tags.ts";

export const ListSAMLProviderTags: IamHandler<"ListSAMLProviderTags"> = async (input, ctx) => {
  const { value } = await requireSamlProvider(ctx, input.SAMLProviderArn);
  const { items, more } = tagPage("ListSAMLProviderTags", input, value.tags);
  return { Tags: items, ...more };
};
