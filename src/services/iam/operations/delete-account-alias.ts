import { accountAliasKey, accountSettingsKey } from "../model.ts";
import { noSuchEntity } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const DeleteAccountAlias: IamHandler<"DeleteAccountAlias"> = async ({ AccountAlias: alias }, ctx) => {
  const settings = await ctx.store.get(accountSettingsKey(ctx.account));
  if (settings.value?.alias !== alias) throw noSuchEntity(`The account alias ${alias} cannot be found.`);
  const { alias: _, ...value } = settings.value;
  const put = [{ key: settings.key, value }];
  await ctx.store.commit({ unchanged: [settings], remove: [accountAliasKey(alias)], put });
  return {};
};
