import type { RepositoryRecord } from "./repository.ts";

/** Whether a tag of the repository, once given, must stay where it is. */
export function isImmutable(
  { imageTagMutability, exclusionFilters }: Pick<RepositoryRecord, "imageTagMutability" | "exclusionFilters">,
  tag: string,
): boolean {
  switch (imageTagMutability) {
    case "MUTABLE":
      return false;
    case "IMMUTABLE":
      return true;
    case "IMMUTABLE_WITH_EXCLUSION":
      return !exclusionFilters.some(({ filter }) => matchesWildcard(filter, tag));
    case "MUTABLE_WITH_EXCLUSION":
      return exclusionFilters.some(({ filter }) => matchesWildcard(filter, tag));
  }
}

/** Whether the text is like the pattern, in which `*` stands for any characters, or none. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return text === pattern;
  const last = rest.pop()!;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  // Each part is taken at the first place where it fits: that leaves the most for those that follow.
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
