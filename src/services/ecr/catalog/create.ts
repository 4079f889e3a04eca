import type { RCTAppliedFor } from "#generated/ecr/types.ts";
import { tagsOf } from "#kernel/authorization.ts";
import type { Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { type RepositoryRecord, repositoryArn, type TemplateRecord, templateFor } from "../model.ts";
import type { EcrPorts } from "./parts.ts";

/** What the making of a repository takes. */
export interface CreationParts extends Pick<EcrPorts, "check" | "takeOn"> {
  readonly store: Pick<Store, "view">;
}

/** A repository that is yet to be made. */
export interface NewRepository extends World {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/**
 * The repository as the registry's template for this reason has it, or as ECR's defaults have it when there is none.
 * Undefined when the template names a role that may not make it.
 */
export function fromTemplate(
  parts: CreationParts,
  repository: NewRepository,
  reason: RCTAppliedFor,
): RepositoryRecord | undefined {
  const template = templateFor(parts.store, repository, repository.name, reason);
  if (template === undefined) return withDefaults(repository);
  if (!roleMay(parts, template, repository)) return undefined;
  return {
    ...withDefaults(repository),
    imageTagMutability: template.imageTagMutability,
    exclusionFilters: template.exclusionFilters,
    encryption: template.encryption,
    tags: tagsOf(template.resourceTags),
    ...(template.repositoryPolicy !== undefined && { policy: template.repositoryPolicy }),
    ...(template.lifecyclePolicy !== undefined && { lifecycle: { text: template.lifecyclePolicy } }),
  };
}

export function withDefaults(repository: NewRepository): RepositoryRecord {
  return {
    ...repository,
    ...{ imageTagMutability: "MUTABLE", exclusionFilters: [], encryption: { encryptionType: "AES256" }, tags: {} },
  };
}

/** Whether the template's role, when it has one, may make the repository and tag it. */
function roleMay(
  { check, takeOn }: CreationParts,
  { customRoleArn, resourceTags }: TemplateRecord,
  { account, region, name }: NewRepository,
): boolean {
  if (customRoleArn === undefined) return true;
  const resource = repositoryArn({ account, region }, name);
  const caller = takeOn(account, customRoleArn, resource);
  if (caller === undefined) return false;
  const requestTags = tagsOf(resourceTags);
  const actions = ["ecr:CreateRepository", ...(resourceTags.length > 0 ? ["ecr:TagResource"] : [])];
  return actions.every((action) => check({ caller, action, resource, account, region, requestTags }) === undefined);
}
