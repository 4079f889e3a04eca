import { putSetting } from "../settings/put.ts";
import { settingPrincipal } from "../settings/settings.ts";
import type { EcsHandler } from "./handler.ts";

/** Of the caller or the principal named; what the account's root chooses holds for all who have not chosen. */
export const PutAccountSetting: EcsHandler<"PutAccountSetting"> = async (input, ctx) =>
  putSetting(ctx, settingPrincipal(ctx, ctx.caller, input.principalArn), input);
