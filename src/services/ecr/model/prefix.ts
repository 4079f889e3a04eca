/** The prefix that stands for all names that no other prefix fits. */
export const rootPrefix = "ROOT";

/** `team` and `team/` are the same prefix: there is always a slash at its end. */
export function normalPrefix(prefix: string): string {
  return prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
}

/** What is left of a repository's name behind a prefix; undefined when it does not begin with it. */
export function behindPrefix(prefix: string, name: string): string | undefined {
  if (prefix === rootPrefix) return name;
  const start = `${normalPrefix(prefix)}/`;
  return name.startsWith(start) && name.length > start.length ? name.slice(start.length) : undefined;
}

/** The one with the longest prefix that the name begins with; the one of `ROOT` when there is no other. */
export function closest<T extends { readonly prefix: string }>(items: readonly T[], name: string): T | undefined {
  const length = ({ prefix }: T) => (prefix === rootPrefix ? 0 : normalPrefix(prefix).length);
  return items
    .filter(({ prefix }) => behindPrefix(prefix, name) !== undefined)
    .reduce<T | undefined>(
      (best, each) => (best === undefined || length(each) > length(best) ? each : best),
      undefined,
    );
}
