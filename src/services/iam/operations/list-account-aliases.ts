import { accountSettingsKey } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";

export const ListAccountAliases: IamHandler<"ListAccountAliases"> = async (_input, ctx) => {
  const alias = (await ctx.store.get(accountSettingsKey(ctx.account))).value?.alias;
  return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false };
};
