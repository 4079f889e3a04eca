import { Fault } from "#kernel/fault.ts";
import { accountSettingsKey } from "../model.ts";
import { userOrCaller } from "../request/find.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { checkPassword, hashPassword, toLoginProfile } from "../request/passwords.ts";

export const CreateLoginProfile: IamHandler<"CreateLoginProfile"> = async (input, ctx) => {
  const user = await userOrCaller(ctx, input.UserName);
  if (user.value.loginProfile !== undefined) {
    const message = `Login Profile for user ${user.value.userName} already exists.`;
    throw new Fault("EntityAlreadyExistsException", message);
  }
  if (input.Password === undefined) {
    throw new Fault("ValidationError", "Must specify a password when creating a login profile for a user.");
  }
  const settings = await ctx.store.get(accountSettingsKey(ctx.account));
  checkPassword(input.Password, settings.value?.passwordPolicy);
  const createdAt = now(ctx);
  const loginProfile = {
    createdAt,
    passwordChangedAt: createdAt,
    passwordResetRequired: input.PasswordResetRequired ?? false,
    passwordHash: await hashPassword(input.Password, ctx.random),
    previousHashes: [],
  };
  const value = { ...user.value, loginProfile };
  await ctx.store.commit({ unchanged: [user], put: [{ key: user.key, value }] });
  return { LoginProfile: toLoginProfile(user.value.userName, loginProfile) };
};
