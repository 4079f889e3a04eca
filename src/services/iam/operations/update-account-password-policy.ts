import { accountSettingsKey, type PasswordPolicy } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";

const shortestPassword = 6;

/** Replaces the whole policy: what is not given goes back to its default. */
export const UpdateAccountPasswordPolicy: IamHandler<"UpdateAccountPasswordPolicy"> = async (input, ctx) => {
  const settings = await ctx.store.get(accountSettingsKey(ctx.account));
  const passwordPolicy: PasswordPolicy = {
    minimumPasswordLength: input.MinimumPasswordLength ?? shortestPassword,
    requireSymbols: input.RequireSymbols ?? false,
    requireNumbers: input.RequireNumbers ?? false,
    requireUppercaseCharacters: input.RequireUppercaseCharacters ?? false,
    requireLowercaseCharacters: input.RequireLowercaseCharacters ?? false,
    allowUsersToChangePassword: input.AllowUsersToChangePassword ?? false,
    ...(input.HardExpiry !== undefined && { hardExpiry: input.HardExpiry }),
    ...(input.MaxPasswordAge && { maxPasswordAge: input.MaxPasswordAge }),
    ...(input.PasswordReusePrevention && { passwordReusePrevention: input.PasswordReusePrevention }),
  };
  const value = { ...settings.value, account: ctx.account, passwordPolicy };
  await ctx.store.commit({ unchanged: [settings], put: [{ key: settings.key, value }] });
  return {};
};
