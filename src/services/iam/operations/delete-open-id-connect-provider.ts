import { requireOidcProvider } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const DeleteOpenIDConnectProvider: IamHandler<"DeleteOpenIDConnectProvider"> = async (input, ctx) => {
  const provider = await requireOidcProvider(ctx, input.OpenIDConnectProviderArn);
  await ctx.store.commit({ unchanged: [provider], remove: [provider.key] });
  return {};
};
