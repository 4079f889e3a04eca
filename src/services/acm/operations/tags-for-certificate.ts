import { toTags } from "#kernel/tags.ts";
import { requireCertificate } from "../request/find.ts";
import type { AcmHandler } from "../request/handler.ts";
import { withoutTags, withTags } from "../request/tags.ts";

export const AddTagsToCertificate: AcmHandler<"AddTagsToCertificate"> = async (input, ctx) => {
  const found = requireCertificate(ctx, input.CertificateArn);
  const value = { ...found.value, tags: withTags(found.value.tags, input.Tags) };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};

export const RemoveTagsFromCertificate: AcmHandler<"RemoveTagsFromCertificate"> = async (input, ctx) => {
  const found = requireCertificate(ctx, input.CertificateArn);
  const value = { ...found.value, tags: withoutTags(found.value.tags, input.Tags) };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};

export const ListTagsForCertificate: AcmHandler<"ListTagsForCertificate"> = async (input, ctx) => ({
  Tags: toTags(requireCertificate(ctx, input.CertificateArn).value.tags),
});
