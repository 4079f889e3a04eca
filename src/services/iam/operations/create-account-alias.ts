import { Fault } from "#kernel/fault.ts";
import { absent } from "#kernel/store.ts";
import { accountAliasKey, accountSettingsKey } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";

/** An account has one alias, which replaces the one before it. */
export const CreateAccountAlias: IamHandler<"CreateAccountAlias"> = async ({ AccountAlias: alias }, ctx) => {
  const { account } = ctx;
  const settings = await ctx.store.get(accountSettingsKey(account));
  if (settings.value?.alias === alias) return {};
  const key = accountAliasKey(alias);
  if ((await ctx.store.get(key)).value !== undefined) {
    throw new Fault("EntityAlreadyExistsException", `The account alias ${alias} already exists.`);
  }
  await ctx.store.commit({
    unchanged: [settings, absent(key)],
    remove: settings.value?.alias === undefined ? [] : [accountAliasKey(settings.value.alias)],
    put: [
      { key, value: { alias, account } },
      { key: settings.key, value: { ...settings.value, account, alias } },
    ],
  });
  return {};
};
