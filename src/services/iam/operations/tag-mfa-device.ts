import { requireMfaDevice } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { withTags } from "../request/tags.ts";

export const TagMFADevice: IamHandler<"TagMFADevice"> = async (input, ctx) => {
  const found = await requireMfaDevice(ctx, input.SerialNumber);
  const value = { ...found.value, tags: withTags(found.value.tags, input.Tags) };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};
