import { requireOidcProvider } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

/** A client id that the provider does not have stays away. */
export const RemoveClientIDFromOpenIDConnectProvider: IamHandler<"RemoveClientIDFromOpenIDConnectProvider"> = async (
  input,
  ctx,
) => {
  const provider = await requireOidcProvider(ctx, input.OpenIDConnectProviderArn);
  const clientIds = provider.value.clientIds.filter((id) => id !== input.ClientID);
  await ctx.store.commit({
    unchanged: [provider],
    put: [{ key: provider.key, value: { ...provider.value, clientIds } }],
  });
  return {};
};
