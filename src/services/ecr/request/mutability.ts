import type { ImageTagMutability, ImageTagMutabilityExclusionFilter } from "#generated/ecr/types.ts";
import { Fault } from "#kernel/fault.ts";

const mostWildcards = 2;

/** Refuses filters where the setting has no exclusions, a setting with exclusions that has none, and bad filters. */
export function checkMutability(
  mutability: ImageTagMutability,
  filters: readonly ImageTagMutabilityExclusionFilter[] = [],
): void {
  const excludes = mutability.endsWith("_WITH_EXCLUSION");
  if (excludes !== filters.length > 0) {
    const words = excludes
      ? `imageTagMutabilityExclusionFilters must be given when imageTagMutability is ${mutability}`
      : `imageTagMutabilityExclusionFilters can't be given when imageTagMutability is ${mutability}`;
    throw new Fault("InvalidParameterException", `Invalid parameter: ${words}`);
  }
  for (const { filter } of filters) {
    if (filter.split("*").length - 1 <= mostWildcards) continue;
    const words = `the filter '${filter}' has more than ${mostWildcards} wildcards`;
    throw new Fault("InvalidParameterException", `Invalid parameter at 'imageTagMutabilityExclusionFilters': ${words}`);
  }
}
