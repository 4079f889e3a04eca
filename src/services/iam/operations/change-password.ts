import { Fault } from "#kernel/fault.ts";
import { accountSettingsKey } from "../model.ts";
import { userOrCaller } from "../request/find.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { checkPassword, isPassword, requireLoginProfile, withPassword } from "../request/passwords.ts";

/** For the user who calls. */
export const ChangePassword: IamHandler<"ChangePassword"> = async (input, ctx) => {
  if (ctx.caller.type !== "User") {
    throw new Fault("InvalidUserTypeException", "Only IAM Users can change their own password.");
  }
  const user = await userOrCaller(ctx, undefined);
  const profile = requireLoginProfile(user.value);
  if (!(await isPassword(input.OldPassword, profile.passwordHash))) {
    throw new Fault("AccessDenied", "The old password was incorrect.", { status: 403 });
  }
  const policy = (await ctx.store.get(accountSettingsKey(ctx.account))).value?.passwordPolicy;
  checkPassword(input.NewPassword, policy);
  const changed = await withPassword(profile, input.NewPassword, policy, { random: ctx.random, now: now(ctx) });
  const value = { ...user.value, loginProfile: { ...changed, passwordResetRequired: false } };
  await ctx.store.commit({ unchanged: [user], put: [{ key: user.key, value }] });
  return {};
};
