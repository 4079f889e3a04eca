import { accessKeyKey, lastUsedKey, users } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";

/** Also for keys that have been deleted or never were: they were never used. */
export const GetAccessKeyLastUsed: IamHandler<"GetAccessKeyLastUsed"> = async ({ AccessKeyId: id }, ctx) => {
  const key = await ctx.store.get(accessKeyKey(id));
  if (key.value?.account !== ctx.account) {
    throw ctx.fault("AccessDenied", `User: ${ctx.caller.arn} is not authorized to perform: iam:GetAccessKeyLastUsed`);
  }
  const used = (await ctx.store.get(lastUsedKey(id))).value;
  const user = key.value.userId === undefined ? undefined : ctx.store.view(users).by("id", key.value.userId)[0];
  return {
    ...(user !== undefined && { UserName: user.value.userName }),
    AccessKeyLastUsed: {
      ...(used !== undefined && { LastUsedDate: used.usedAt }),
      ServiceName: used?.serviceName ?? "N/A",
      Region: used?.region ?? "N/A",
    },
  };
};
