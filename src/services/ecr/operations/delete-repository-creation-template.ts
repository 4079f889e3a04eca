import type { EcrHandler } from "../request/handler.ts";
import { describeTemplate, requireTemplate } from "../request/templates.ts";

type Operation = EcrHandler<"DeleteRepositoryCreationTemplate">;

export const DeleteRepositoryCreationTemplate: Operation = async ({ prefix }, ctx) => {
  const template = await requireTemplate(ctx, prefix);
  await ctx.store.commit({ unchanged: [template], remove: [template.key] });
  return { registryId: ctx.account, repositoryCreationTemplate: describeTemplate(template.value) };
};
