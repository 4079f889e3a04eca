import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { requireLoginProfile } from "../request/passwords.ts";

export const DeleteLoginProfile: IamHandler<"DeleteLoginProfile"> = async (input, ctx) => {
  const user = await userOrCaller(ctx, input.UserName);
  requireLoginProfile(user.value);
  const { loginProfile: _, ...value } = user.value;
  await ctx.store.commit({ unchanged: [user], put: [{ key: user.key, value }] });
  return {};
};
