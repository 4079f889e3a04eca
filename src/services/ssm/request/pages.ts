import { Fault } from "#kernel/fault.ts";
import { type Page, listPage as pageOfList } from "#kernel/pagination.ts";

/** The page that is asked for, in the order of `position`. */
export function listPage<T>(
  scope: string,
  { NextToken, MaxResults }: { readonly NextToken?: string; readonly MaxResults?: number },
  all: readonly T[],
  position: (item: T) => string,
  defaultLimit: number,
): Page<T> {
  const invalid = () => new Fault("InvalidNextToken", "The specified token isn't valid.");
  return pageOfList(all, { scope, token: NextToken, limit: MaxResults ?? defaultLimit, position, invalid });
}
