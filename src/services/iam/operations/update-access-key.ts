import { keyOwner, requireKeyOf } from "../request/access-keys.ts";
import type { IamHandler } from "../request/handler.ts";

export const UpdateAccessKey: IamHandler<"UpdateAccessKey"> = async (input, ctx) => {
  const key = await requireKeyOf(ctx, await keyOwner(ctx, input.UserName), input.AccessKeyId);
  const status = input.Status === "Active" ? "Active" : "Inactive";
  await ctx.store.commit({ unchanged: [key], put: [{ key: key.key, value: { ...key.value, status } }] });
  return {};
};
