import { Fault } from "#kernel/fault.ts";
import { type TemplateRecord, templateKey } from "../model.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { describeTemplate, withSettings } from "../request/templates.ts";

type Operation = EcrHandler<"CreateRepositoryCreationTemplate">;

export function createRepositoryCreationTemplate(parts: EcrParts): Operation {
  return async ({ prefix, ...settings }, ctx) => {
    const { account, region } = ctx;
    const absent = await ctx.store.get(templateKey(ctx, prefix));
    if (absent.value !== undefined) {
      const words = `A repository creation template with the prefix '${prefix}' already exists in the registry with id`;
      throw new Fault("TemplateAlreadyExistsException", `${words} '${account}'`);
    }
    const now = ctx.clock.now();
    const empty: TemplateRecord = {
      ...{ account, region, prefix, encryption: { encryptionType: "AES256" }, resourceTags: [] },
      ...{ imageTagMutability: "MUTABLE", exclusionFilters: [], appliedFor: [], createdAt: now, updatedAt: now },
    };
    const template = withSettings(empty, settings, parts, ctx);
    await ctx.store.commit({ unchanged: [absent], put: [{ key: absent.key, value: template }] });
    return { registryId: account, repositoryCreationTemplate: describeTemplate(template) };
  };
}
