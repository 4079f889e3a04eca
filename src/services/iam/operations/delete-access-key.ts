import { lastUsedKey } from "../model.ts";
import { keyOwner, requireKeyOf } from "../request/access-keys.ts";
import type { IamHandler } from "../request/handler.ts";

export const DeleteAccessKey: IamHandler<"DeleteAccessKey"> = async ({ UserName, AccessKeyId: id }, ctx) => {
  const owner = await keyOwner(ctx, UserName);
  const key = await requireKeyOf(ctx, owner, id);
  const remove = [key.key, lastUsedKey(id)];
  if (owner.user === undefined) {
    await ctx.store.commit({ unchanged: [key], remove });
    return {};
  }
  const { user } = owner;
  const accessKeyIds = user.value.accessKeyIds.filter((other) => other !== id);
  const put = [{ key: user.key, value: { ...user.value, accessKeyIds } }];
  await ctx.store.commit({ unchanged: [key, user], remove, put });
  return {};
};
