import type { Fault } from "#kernel/fault.ts";
import { accountSettingsKey } from "../model.ts";
import { noSuchEntity } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const DeleteAccountPasswordPolicy: IamHandler<"DeleteAccountPasswordPolicy"> = async (_input, ctx) => {
  const settings = await ctx.store.get(accountSettingsKey(ctx.account));
  if (settings.value?.passwordPolicy === undefined) throw noPasswordPolicy(ctx.account);
  const { passwordPolicy: _, ...value } = settings.value;
  await ctx.store.commit({ unchanged: [settings], put: [{ key: settings.key, value }] });
  return {};
};

export function noPasswordPolicy(account: string): Fault {
  return noSuchEntity(`The Password Policy with domain name ${account} cannot be found.`);
}
