/**
 * Tokens of paginated lists. A token says behind which position the next page begins, so that it stays good whatever
 * comes and goes meanwhile: nothing that stays is given twice or left out. Callers take it as opaque.
 */

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

export interface Listing<T> {
  /** Names the list: the operation, and what it filters by. Its tokens are of no other. */
  readonly scope: string;
  readonly token: string | undefined;
  /** How many items a page has at most. */
  readonly limit: number;
  /** The place of an item in the list, another for each. Lists ascend by it, or descend. */
  readonly position: (item: T) => string;
  readonly descending?: boolean;
  /** The fault for what is no token of this list. */
  readonly invalid: () => Error;
}

/** The page of a list that a request asks for; `all` has its items in any order. */
export function listPage<T>(all: readonly T[], listing: Listing<T>): Page<T> {
  const { scope, token, limit, position, descending = false, invalid } = listing;
  const after = token === undefined ? undefined : positionIn(token, scope);
  if (token !== undefined && after === undefined) throw invalid();
  const sign = descending ? -1 : 1;
  const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -sign : sign);
  const behind = all
    .map((item) => ({ item, at: position(item) }))
    .filter(({ at }) => after === undefined || compare(at, after) > 0)
    .sort((a, b) => compare(a.at, b.at));
  const page = pageOf(behind, limit, scope, ({ at }) => at);
  return { ...page, items: page.items.map(({ item }) => item) };
}

/**
 * The page of `found`, which begins behind the position of the token and has, where more follow, at least one item
 * more than `limit`. `scope` names the list (the operation and what it filters by): its tokens are of no other.
 */
export function pageOf<T>(found: readonly T[], limit: number, scope: string, position: (item: T) => string): Page<T> {
  if (found.length <= limit) return { items: found };
  const items = found.slice(0, limit);
  return { items, nextToken: tokenAfter(scope, position(items.at(-1)!)) };
}

export function tokenAfter(scope: string, position: string): string {
  return Buffer.from(JSON.stringify([scope, position])).toString("base64url");
}

/** The position in a token of this list; undefined when it is none. */
export function positionIn(token: string, scope: string): string | undefined {
  try {
    const [tokenScope, position] = JSON.parse(Buffer.from(token, "base64url").toString()) as unknown[];
    return tokenScope === scope && typeof position === "string" ? position : undefined;
  } catch {
    // Not one of ours: whatever a caller sends is no more than an invalid token.
    return undefined;
  }
}
