import { requireOidcProvider } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { checkClientIds } from "../request/oidc.ts";

export const AddClientIDToOpenIDConnectProvider: IamHandler<"AddClientIDToOpenIDConnectProvider"> = async (
  input,
  ctx,
) => {
  const provider = await requireOidcProvider(ctx, input.OpenIDConnectProviderArn);
  if (provider.value.clientIds.includes(input.ClientID)) return {};
  const value = { ...provider.value, clientIds: checkClientIds([...provider.value.clientIds, input.ClientID]) };
  await ctx.store.commit({ unchanged: [provider], put: [{ key: provider.key, value }] });
  return {};
};
