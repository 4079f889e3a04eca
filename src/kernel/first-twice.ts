/** The first item of a list that stands in it before; undefined: each stands there once. */
export function firstTwice<T>(list: readonly T[]): T | undefined {
  const seen = new Set<T>();
  for (const item of list) {
    if (seen.has(item)) return item;
    seen.add(item);
  }
  return undefined;
}
