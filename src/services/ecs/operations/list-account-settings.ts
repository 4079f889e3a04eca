import type { Setting } from "#generated/ecs/types.ts";
import { pageOf } from "#kernel/pagination.ts";
import { settingsOf } from "../model/setting.ts";
import { pageStart } from "../paging.ts";
import {
  checkSettingName,
  effectiveSetting,
  settingKinds,
  settingNames,
  settingPrincipal,
} from "../settings/settings.ts";
import type { EcsHandler } from "./handler.ts";

const maxPage = 10;

/** What a principal has chosen, or with `effectiveSettings` what holds for it. */
export const ListAccountSettings: EcsHandler<"ListAccountSettings"> = async (input, ctx) => {
  const { limit, scope, after = "" } = pageStart("ListAccountSettings", input, maxPage);
  if (input.name !== undefined) checkSettingName(input.name);
  if (input.value !== undefined && input.name === undefined) {
    throw ctx.fault("InvalidParameterException", "You must specify a name when you specify a value.");
  }
  const principalArn = settingPrincipal(ctx, ctx.caller, input.principalArn);
  const all: readonly Setting[] = input.effectiveSettings
    ? await Promise.all(settingNames.map((name) => effectiveSetting(ctx.store, ctx, principalArn, name)))
    : (await ctx.store.list(settingsOf(ctx, principalArn))).map(({ value: { name, value } }) => ({
        name,
        value,
        principalArn,
        type: settingKinds[name].type,
      }));
  const found = all.filter(
    ({ name = "", value }) =>
      name > after &&
      (input.name === undefined || name === input.name) &&
      (input.value === undefined || value === input.value),
  );
  const { items, nextToken } = pageOf(found, limit, scope, (setting) => setting.name!);
  return { settings: items, ...(nextToken && { nextToken }) };
};
