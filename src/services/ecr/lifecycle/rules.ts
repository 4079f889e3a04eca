import { matchesWildcard } from "../model/mutability.ts";

/** One rule of a lifecycle policy; the rule with the lowest priority number is applied first. */
export interface LifecycleRule {
  readonly rulePriority: number;
  readonly description?: string;
  readonly selection: LifecycleSelection;
  /** What becomes of the images: they go, or are archived. */
  readonly action: LifecycleAction;
}

export type LifecycleAction = "expire" | "transition";

export interface LifecycleSelection {
  readonly tagStatus: "tagged" | "untagged" | "any";
  /** The image has, for each of these, a tag that begins with it. */
  readonly tagPrefixList?: readonly string[];
  /** The image has, for each of these, a tag like it. */
  readonly tagPatternList?: readonly string[];
  /** Images of the other class are left alone. */
  readonly storageClass: "standard" | "archive";
  readonly countType: "imageCountMoreThan" | "sinceImagePushed" | "sinceImagePulled" | "sinceImageTransitioned";
  /** Images to keep, or days. */
  readonly countNumber: number;
}

export interface LifecycleImage {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Times are milliseconds since the epoch. */
  readonly pushedAt: number;
  readonly pulledAt?: number;
  /** When it was last archived, and taken back. */
  readonly archivedAt?: number;
  readonly activatedAt?: number;
  readonly isArchived: boolean;
  /** The digests of the indexes that name it. */
  readonly parents: readonly string[];
}

export interface Outcome {
  readonly digest: string;
  readonly rulePriority: number;
  readonly action: LifecycleAction;
}

const dayMs = 86_400_000;

/**
 * What a policy does at `now`. An image belongs to the first rule, by priority, whose selection it fits, whether that
 * one does something about it or not: no later rule touches it, but each counts it as if it stayed (ECR User Guide,
 * "How lifecycle policies work"). What an index names never goes before the index does.
 */
export function outcomes(
  rules: readonly LifecycleRule[],
  images: readonly LifecycleImage[],
  now: number,
): readonly Outcome[] {
  const taken = new Set<string>();
  const found = new Map<string, Outcome>();
  for (const { rulePriority, selection, action } of [...rules].sort((a, b) => a.rulePriority - b.rulePriority)) {
    const fitting = images.filter((image) => fits(selection, image));
    for (const { digest } of over(selection, fitting, now)) {
      if (!taken.has(digest)) found.set(digest, { digest, rulePriority, action });
    }
    for (const { digest } of fitting) taken.add(digest);
  }
  return withoutReferenced(images, found);
}

function fits(selection: LifecycleSelection, { tags, isArchived }: LifecycleImage): boolean {
  const { tagStatus, tagPrefixList, tagPatternList, storageClass } = selection;
  if (isArchived !== (storageClass === "archive")) return false;
  if (tagStatus === "any") return true;
  if (tagStatus === "untagged") return tags.length === 0;
  const byPrefix = (tagPrefixList ?? []).every((prefix) => tags.some((tag) => tag.startsWith(prefix)));
  const byPattern = (tagPatternList ?? []).every((pattern) => tags.some((tag) => matchesWildcard(pattern, tag)));
  return tags.length > 0 && byPrefix && byPattern;
}

function over(
  { countType, countNumber }: LifecycleSelection,
  images: readonly LifecycleImage[],
  now: number,
): readonly LifecycleImage[] {
  if (countType !== "imageCountMoreThan") {
    return images.filter((image) => now - sinceOf[countType](image) > countNumber * dayMs);
  }
  const newestFirst = [...images].sort((a, b) => b.pushedAt - a.pushedAt || (a.digest < b.digest ? -1 : 1));
  return newestFirst.slice(countNumber);
}

/** From when each kind of age counts. What was never pulled counts from when it came, or came back. */
const sinceOf = {
  sinceImagePushed: ({ pushedAt }: LifecycleImage) => pushedAt,
  sinceImagePulled: ({ pushedAt, pulledAt, activatedAt }: LifecycleImage) =>
    Math.max(pulledAt ?? pushedAt, activatedAt ?? 0),
  sinceImageTransitioned: ({ pushedAt, archivedAt }: LifecycleImage) => archivedAt ?? pushedAt,
} as const;

/**
 * An index that is kept keeps its images, and an index among them keeps its own: none goes whose index stays, and none
 * is archived whose index can be pulled.
 */
function withoutReferenced(images: readonly LifecycleImage[], found: Map<string, Outcome>): readonly Outcome[] {
  const archived = new Set(images.filter(({ isArchived }) => isArchived).map(({ digest }) => digest));
  const holds = (parent: string, action: LifecycleAction) => {
    const fate = found.get(parent)?.action;
    return action === "expire" ? fate !== "expire" : fate === undefined && !archived.has(parent);
  };
  for (;;) {
    const kept = images.filter(({ digest, parents }) => {
      const outcome = found.get(digest);
      return outcome !== undefined && parents.some((parent) => holds(parent, outcome.action));
    });
    if (kept.length === 0) return [...found.values()];
    for (const { digest } of kept) found.delete(digest);
  }
}
