import { toTags } from "#kernel/tags.ts";
import { requireCertificate } from "../request/find.ts";
import type { AcmHandler } from "../request/handler.ts";
import { withoutTags, withTags } from "../request/tags.ts";

/** These operations have fewer errors than those that are for certificates alone. */
const malformed = "ValidationException";
const codes = { invalid: "ValidationException", many: "ServiceQuotaExceededException" };

export const TagResource: AcmHandler<"TagResource"> = async (input, ctx) => {
  const found = requireCertificate(ctx, input.ResourceArn, malformed);
  const value = { ...found.value, tags: withTags(found.value.tags, input.Tags, codes) };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};

export const UntagResource: AcmHandler<"UntagResource"> = async (input, ctx) => {
  const found = requireCertificate(ctx, input.ResourceArn, malformed);
  const value = {
    ...found.value,
    tags: withoutTags(
      found.value.tags,
      input.TagKeys.map((Key) => ({ Key })),
    ),
  };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};

export const ListTagsForResource: AcmHandler<"ListTagsForResource"> = async (input, ctx) => ({
  Tags: toTags(requireCertificate(ctx, input.ResourceArn, malformed).value.tags),
});
