import { accountSetting, registrySettings } from "../model.ts";
import { requireSettingName } from "../request/account-settings.ts";
import type { EcrHandler } from "../request/handler.ts";

export const GetAccountSetting: EcrHandler<"GetAccountSetting"> = async ({ name }, ctx) => {
  requireSettingName(name);
  return { name, value: accountSetting(registrySettings(ctx.store, ctx), name) };
};
