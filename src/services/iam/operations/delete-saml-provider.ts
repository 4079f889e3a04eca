import { requireSamlProvider } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const DeleteSAMLProvider: IamHandler<"DeleteSAMLProvider"> = async (input, ctx) => {
  const provider = await requireSamlProvider(ctx, input.SAMLProviderArn);
  await ctx.store.commit({ unchanged: [provider], remove: [provider.key] });
  return {};
};
