import type { Setting } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { type SettingRecord, settingKey } from "../model/setting.ts";
import { checkSetting, settingKinds } from "./settings.ts";

export async function putSetting(
  ctx: RequestContext,
  principalArn: string,
  { name, value }: { readonly name: string; readonly value: string },
): Promise<{ setting: Setting }> {
  checkSetting(name, value);
  const record: SettingRecord = { account: ctx.account, region: ctx.region, principalArn, name, value };
  await ctx.store.commit({ put: [{ key: settingKey(ctx, principalArn, name), value: record }] });
  return { setting: { name, value, principalArn, type: settingKinds[name].type } };
}
