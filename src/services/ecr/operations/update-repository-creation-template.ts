import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { describeTemplate, requireTemplate, withSettings } from "../request/templates.ts";

type Operation = EcrHandler<"UpdateRepositoryCreationTemplate">;

/** What is made from now on is made so; repositories that are there stay as they are. */
export function updateRepositoryCreationTemplate(parts: EcrParts): Operation {
  return async ({ prefix, ...settings }, ctx) => {
    const template = await requireTemplate(ctx, prefix);
    const value = withSettings(template.value, settings, parts, ctx);
    await ctx.store.commit({ unchanged: [template], put: [{ key: template.key, value }] });
    return { registryId: ctx.account, repositoryCreationTemplate: describeTemplate(value) };
  };
}
