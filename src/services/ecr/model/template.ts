import type {
  EncryptionConfiguration,
  ImageTagMutability,
  ImageTagMutabilityExclusionFilter,
  RCTAppliedFor,
  Tag,
} from "#generated/ecr/types.ts";
import { type Collection, type Key, keyOf, type Store } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { closest, normalPrefix } from "./prefix.ts";

/** How repositories are made that ECR makes itself. Times are milliseconds since the epoch. */
export interface TemplateRecord extends World {
  /** As it was given: `team`, `team/` or `ROOT`. */
  readonly prefix: string;
  readonly description?: string;
  readonly encryption: EncryptionConfiguration;
  readonly resourceTags: readonly Tag[];
  readonly imageTagMutability: ImageTagMutability;
  readonly exclusionFilters: readonly ImageTagMutabilityExclusionFilter[];
  readonly repositoryPolicy?: string;
  readonly lifecyclePolicy?: string;
  readonly appliedFor: readonly RCTAppliedFor[];
  /** The role under which ECR makes the repository. */
  readonly customRoleArn?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Index `world`: by `worldOf`. */
export const templates: Collection<TemplateRecord, "world"> = {
  name: "ecr/creation-template",
  indexes: { world: worldOf },
};

export function templateKey({ account, region }: World, prefix: string): Key<TemplateRecord> {
  return keyOf(templates, account, region, normalPrefix(prefix));
}

/** The template for a repository that is made for this reason; undefined: it is made with ECR's defaults. */
export function templateFor(
  store: Pick<Store, "view">,
  world: World,
  name: string,
  reason: RCTAppliedFor,
): TemplateRecord | undefined {
  const all = store
    .view(templates)
    .by("world", worldOf(world))
    .map(({ value }) => value);
  return closest(
    all.filter(({ appliedFor }) => appliedFor.includes(reason)),
    name,
  );
}
