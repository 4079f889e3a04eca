import { requireOidcProvider } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { checkThumbprints } from "../request/oidc.ts";

export const UpdateOpenIDConnectProviderThumbprint: IamHandler<"UpdateOpenIDConnectProviderThumbprint"> = async (
  input,
  ctx,
) => {
  const provider = await requireOidcProvider(ctx, input.OpenIDConnectProviderArn);
  const value = { ...provider.value, thumbprints: checkThumbprints(input.ThumbprintList) };
  await ctx.store.commit({ unchanged: [provider], put: [{ key: provider.key, value }] });
  return {};
};
