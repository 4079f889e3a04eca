import { samlProvidersOf } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";

export const ListSAMLProviders: IamHandler<"ListSAMLProviders"> = async (_input, ctx) => {
  const found = await ctx.store.list(samlProvidersOf(ctx.account));
  return {
    SAMLProviderList: found.map(({ value }) => ({
      Arn: value.arn,
      ValidUntil: value.validUntil,
      CreateDate: value.createdAt,
    })),
  };
};
