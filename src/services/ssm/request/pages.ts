import { Fault } from "#kernel/fault.ts";
import { type Page, pageOf, positionIn } from "#kernel/pagination.ts";

/** The page that is asked for, in the order of `position`. */
export function listPage<T>(
  scope: string,
  { NextToken, MaxResults }: { readonly NextToken?: string; readonly MaxResults?: number },
  all: readonly T[],
  position: (item: T) => string,
  defaultLimit: number,
): Page<T> {
  const after = NextToken === undefined ? "" : positionIn(NextToken, scope);
  if (after === undefined) throw new Fault("InvalidNextToken", "The specified token isn't valid.");
  const behind = all
    .filter((item) => position(item) > after)
    .sort((a, b) => (position(a) < position(b) ? -1 : position(a) > position(b) ? 1 : 0));
  return pageOf(behind, MaxResults ?? defaultLimit, scope, position);
}
