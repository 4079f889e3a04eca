import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { requireLoginProfile, toLoginProfile } from "../request/passwords.ts";

export const GetLoginProfile: IamHandler<"GetLoginProfile"> = async (input, ctx) => {
  const { value } = await userOrCaller(ctx, input.UserName);
  return { LoginProfile: toLoginProfile(value.userName, requireLoginProfile(value)) };
};
