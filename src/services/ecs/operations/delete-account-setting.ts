import { settingKey } from "../model/setting.ts";
import { checkSettingName, effectiveSetting, settingPrincipal } from "../settings/settings.ts";
import type { EcsHandler } from "./handler.ts";

/** Forgets a principal's own choice; answers with what holds for it from now on. */
export const DeleteAccountSetting: EcsHandler<"DeleteAccountSetting"> = async (input, ctx) => {
  checkSettingName(input.name);
  const principalArn = settingPrincipal(ctx, ctx.caller, input.principalArn);
  await ctx.store.commit({ remove: [settingKey(ctx, principalArn, input.name)] });
  const effective = await effectiveSetting(ctx.store, ctx, principalArn, input.name);
  return { setting: { ...effective, principalArn } };
};
