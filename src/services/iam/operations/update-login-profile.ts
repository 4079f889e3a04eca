import { accountSettingsKey } from "../model.ts";
import { requireUser } from "../request/find.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { checkPassword, requireLoginProfile, withPassword } from "../request/passwords.ts";

export const UpdateLoginProfile: IamHandler<"UpdateLoginProfile"> = async (input, ctx) => {
  const user = await requireUser(ctx, input.UserName);
  let profile = requireLoginProfile(user.value);
  if (input.Password !== undefined) {
    const policy = (await ctx.store.get(accountSettingsKey(ctx.account))).value?.passwordPolicy;
    checkPassword(input.Password, policy);
    profile = await withPassword(profile, input.Password, policy, { random: ctx.random, now: now(ctx) });
  }
  const { PasswordResetRequired: passwordResetRequired = profile.passwordResetRequired } = input;
  const value = { ...user.value, loginProfile: { ...profile, passwordResetRequired } };
  await ctx.store.commit({ unchanged: [user], put: [{ key: user.key, value }] });
  return {};
};
