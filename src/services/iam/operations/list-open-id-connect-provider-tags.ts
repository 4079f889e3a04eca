import { requireOidcProvider } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { tagPage } from "../request/tags.ts";

export const ListOpenIDConnectProviderTags: IamHandler<"ListOpenIDConnectProviderTags"> = async (input, ctx) => {
  const { value } = await requireOidcProvider(ctx, input.OpenIDConnectProviderArn);
  const { items, more } = tagPage("ListOpenIDConnectProviderTags", input, value.tags);
  return { Tags: items, ...more };
};
