import { Fault } from "#kernel/fault.ts";
import { pageOf, positionIn } from "#kernel/pagination.ts";

/** The page that is asked for, in the order of `position`: 100 items by default. */
export function listPage<T>(
  scope: string,
  { NextToken, MaxResults }: { readonly NextToken?: string; readonly MaxResults?: number },
  all: readonly T[],
  position: (item: T) => string,
): { readonly items: readonly T[]; readonly token: { readonly NextToken?: string } } {
  const after = NextToken === undefined ? "" : positionIn(NextToken, scope);
  if (after === undefined) throw new Fault("InvalidInput", "The specified NextToken isn't valid.");
  const behind = all
    .filter((item) => position(item) > after)
    .sort((a, b) => (position(a) < position(b) ? -1 : position(a) > position(b) ? 1 : 0));
  const { items, nextToken } = pageOf(behind, MaxResults ?? 100, scope, position);
  return { items, token: nextToken === undefined ? {} : { NextToken: nextToken } };
}
