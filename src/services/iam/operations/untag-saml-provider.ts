import { requireSamlProvider } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { withoutTags } from "../request/tags.ts";

export const UntagSAMLProvider: IamHandler<"UntagSAMLProvider"> = async (input, ctx) => {
  const found = await requireSamlProvider(ctx, input.SAMLProviderArn);
  const value = { ...found.value, tags: withoutTags(found.value.tags, input.TagKeys) };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};
