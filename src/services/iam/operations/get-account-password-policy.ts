import { accountSettingsKey } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";
import { noPasswordPolicy } from "./delete-account-password-policy.ts";

export const GetAccountPasswordPolicy: IamHandler<"GetAccountPasswordPolicy"> = async (_input, ctx) => {
  const policy = (await ctx.store.get(accountSettingsKey(ctx.account))).value?.passwordPolicy;
  if (policy === undefined) throw noPasswordPolicy(ctx.account);
  const { hardExpiry, maxPasswordAge, passwordReusePrevention } = policy;
  return {
    PasswordPolicy: {
      MinimumPasswordLength: policy.minimumPasswordLength,
      RequireSymbols: policy.requireSymbols,
      RequireNumbers: policy.requireNumbers,
      RequireUppercaseCharacters: policy.requireUppercaseCharacters,
      RequireLowercaseCharacters: policy.requireLowercaseCharacters,
      AllowUsersToChangePassword: policy.allowUsersToChangePassword,
      ExpirePasswords: maxPasswordAge !== undefined,
      ...(maxPasswordAge !== undefined && { MaxPasswordAge: maxPasswordAge }),
      ...(passwordReusePrevention !== undefined && { PasswordReusePrevention: passwordReusePrevention }),
      ...(hardExpiry !== undefined && { HardExpiry: hardExpiry }),
    },
  };
};
