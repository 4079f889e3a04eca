import { oidcProvidersOf } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";

export const ListOpenIDConnectProviders: IamHandler<"ListOpenIDConnectProviders"> = async (_input, ctx) => {
  const found = await ctx.store.list(oidcProvidersOf(ctx.account));
  return { OpenIDConnectProviderList: found.map(({ value }) => ({ Arn: value.arn })) };
};
