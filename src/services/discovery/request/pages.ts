import { Fault } from "#kernel/fault.ts";
import { listPage as pageOfList } from "#kernel/pagination.ts";

/** The page that is asked for, in the order of `position`: 100 items by default. */
export function listPage<T>(
  scope: string,
  { NextToken, MaxResults = 100 }: { readonly NextToken?: string; readonly MaxResults?: number },
  all: readonly T[],
  position: (item: T) => string,
): { readonly items: readonly T[]; readonly token: { readonly NextToken?: string } } {
  const invalid = () => new Fault("InvalidInput", "The specified NextToken isn't valid.");
  const { items, nextToken } = pageOfList(all, { scope, token: NextToken, limit: MaxResults, position, invalid });
  return { items, token: nextToken === undefined ? {} : { NextToken: nextToken } };
}
