import type { CreateRepositoryCreationTemplateRequest, RepositoryCreationTemplate } from "#generated/ecr/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { parseLifecyclePolicy } from "../lifecycle/parse.ts";
import { repositoryArn, type TemplateRecord, templateKey } from "../model.ts";
import type { EcrParts } from "./handler.ts";
import { checkMutability } from "./mutability.ts";
import { refuseKeys } from "./refusals.ts";
import { checkRepositoryPolicy } from "./repository-policy.ts";
import { withTags } from "./tags.ts";

/** What may be given of a template, when it is made and when it is changed. */
type Settings = Partial<Omit<CreateRepositoryCreationTemplateRequest, "prefix">>;

export async function requireTemplate(ctx: RequestContext, prefix: string): Promise<Entry<TemplateRecord>> {
  const found = await ctx.store.get(templateKey(ctx, prefix));
  if (found.value !== undefined) return found;
  const words = `The repository creation template with the prefix '${prefix}' was not found in the registry with id`;
  throw new Fault("TemplateNotFoundException", `${words} '${ctx.account}'`);
}

/**
 * The template with these settings in place of its own; what is not given stays, and an empty policy takes the old one
 * away. Everything in it is checked as if a repository were made with it.
 */
export function withSettings(
  old: TemplateRecord,
  settings: Settings,
  { policyFault }: Pick<EcrParts, "policyFault">,
  ctx: RequestContext,
): TemplateRecord {
  const { imageTagMutabilityExclusionFilters: filters, encryptionConfiguration: encryption, ...rest } = settings;
  refuseKeys(encryption);
  const { repositoryPolicy, lifecyclePolicy, ...kept } = {
    ...old,
    ...rest,
    ...(settings.imageTagMutability !== undefined && { exclusionFilters: filters ?? [] }),
    ...(filters !== undefined && { exclusionFilters: filters }),
    ...(encryption !== undefined && { encryption }),
  };
  const template: TemplateRecord = {
    ...kept,
    ...(repositoryPolicy && { repositoryPolicy }),
    ...(lifecyclePolicy && { lifecyclePolicy }),
    updatedAt: ctx.clock.now(),
  };
  checkTemplate(template, policyFault, ctx);
  return template;
}

function checkTemplate(template: TemplateRecord, policyFault: EcrParts["policyFault"], ctx: RequestContext): void {
  const { appliedFor, customRoleArn, resourceTags, repositoryPolicy, lifecyclePolicy } = template;
  if (appliedFor.length === 0) throw new Fault("ValidationException", "appliedFor must name at least one scenario.");
  checkMutability(template.imageTagMutability, template.exclusionFilters);
  if (repositoryPolicy !== undefined) checkRepositoryPolicy(repositoryPolicy, policyFault);
  if (lifecyclePolicy !== undefined) parseLifecyclePolicy(lifecyclePolicy);
  checkTags(template);
  if (customRoleArn !== undefined && !ctx.canAssume(customRoleArn, "ecr.amazonaws.com", repositoryArn(ctx, "*"))) {
    const words = `Amazon ECR cannot assume the role '${customRoleArn}'.`;
    throw new Fault("ValidationException", `${words} Verify that it exists and trusts ecr.amazonaws.com.`);
  }
  if (customRoleArn === undefined && resourceTags.length > 0) {
    throw new Fault("ValidationException", "customRoleArn must be given when resourceTags are.");
  }
}

/** The operations on templates have no faults of their own for tags. */
function checkTags({ resourceTags }: TemplateRecord): void {
  try {
    withTags({}, resourceTags);
  } catch (error) {
    if (error instanceof Fault) throw new Fault("InvalidParameterException", error.message);
    throw error;
  }
}

/** A template as every operation tells it. */
export function describeTemplate(template: TemplateRecord): RepositoryCreationTemplate {
  const { description, exclusionFilters, repositoryPolicy, lifecyclePolicy, customRoleArn } = template;
  return {
    prefix: template.prefix,
    ...(description !== undefined && { description }),
    encryptionConfiguration: template.encryption,
    resourceTags: template.resourceTags,
    imageTagMutability: template.imageTagMutability,
    ...(exclusionFilters.length > 0 && { imageTagMutabilityExclusionFilters: exclusionFilters }),
    ...(repositoryPolicy !== undefined && { repositoryPolicy }),
    ...(lifecyclePolicy !== undefined && { lifecyclePolicy }),
    appliedFor: template.appliedFor,
    ...(customRoleArn !== undefined && { customRoleArn }),
    createdAt: template.createdAt,
    updatedAt: template.updatedAt,
  };
}
